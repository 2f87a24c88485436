/**
 * The asking side: strict HTTP/1.1 and HTTP/2 towards clients, time limits and refusals. Knows
 * neither routes nor upstreams.
 */
@NullMarked
package dev.gatehouse.gateway.http;

import org.jspecify.annotations.NullMarked;
