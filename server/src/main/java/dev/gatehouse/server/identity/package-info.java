/**
 * Who may call the control plane: the admin principal, the token endpoints, and the check of access
 * tokens (PROTOCOL.md 2).
 */
@NullMarked
package dev.gatehouse.server.identity;

import org.jspecify.annotations.NullMarked;
