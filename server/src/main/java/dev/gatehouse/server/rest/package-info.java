/**
 * How a request finds its handler and how a problem becomes an answer: router, request, response,
 * error envelopes, and the HTTP server on a Unix socket that the gateway proxies to. Knows no
 * feature.
 */
@NullMarked
package dev.gatehouse.server.rest;

import org.jspecify.annotations.NullMarked;
