/**
 * Runs services as processes of this machine: the Python environment, the files, the supervised
 * replicas behind Unix sockets. It knows nothing of services, operations or routes; who calls it
 * turns its faults into problems.
 */
@NullMarked
package dev.gatehouse.server.compute.local;

import org.jspecify.annotations.NullMarked;
