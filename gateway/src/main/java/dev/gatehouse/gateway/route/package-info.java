/**
 * From a request to what answers it: host, service, access, version. Keeps what must outlive a
 * snapshot.
 */
@NullMarked
package dev.gatehouse.gateway.route;

import org.jspecify.annotations.NullMarked;
