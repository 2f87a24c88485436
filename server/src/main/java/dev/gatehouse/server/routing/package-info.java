/**
 * What the gateway is told about targets and services, the scoring URIs that follow from it, and
 * the DNS records of the names that the platform makes.
 */
@NullMarked
package dev.gatehouse.server.routing;

import org.jspecify.annotations.NullMarked;
