/**
 * The answering side: connections to Unix sockets, the exchange that streams through them, and
 * models in this process.
 */
@NullMarked
package dev.gatehouse.gateway.proxy;

import org.jspecify.annotations.NullMarked;
