/**
 * What the gateway is told about targets and services, and the scoring URIs that follow from it.
 */
@NullMarked
package dev.gatehouse.server.routing;

import org.jspecify.annotations.NullMarked;
