/**
 * The embedded database: connections, transactions and migrations. The tables belong to the
 * features; each has its migration in the list of {@link dev.gatehouse.server.state.Migrations}.
 */
@NullMarked
package dev.gatehouse.server.state;

import org.jspecify.annotations.NullMarked;
