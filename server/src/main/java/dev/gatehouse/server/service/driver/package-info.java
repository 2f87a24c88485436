/** The port through which what answers for a service is started and stopped, and its adapters. */
@NullMarked
package dev.gatehouse.server.service.driver;

import org.jspecify.annotations.NullMarked;
