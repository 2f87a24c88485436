/**
 * What a service can bear: requests from a file are sent at several loads, and from what is seen
 * then follow replicas, cpu and memory. It knows neither commands nor the management API.
 */
@NullMarked
package dev.gatehouse.cli.profile;

import org.jspecify.annotations.NullMarked;
