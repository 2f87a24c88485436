/**
 * Subscriptions, resource groups and workspaces, and what a client discovers about a workspace
 * (PROTOCOL.md 4 and 5).
 */
@NullMarked
package dev.gatehouse.server.workspace;

import org.jspecify.annotations.NullMarked;
