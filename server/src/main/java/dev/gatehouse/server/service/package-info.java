/**
 * Web services and endpoints: deploy, update, delete, keys, tokens, logs, packages (PROTOCOL.md 9).
 * What a service shall be is in {@code definition}, what runs it is behind the port in {@code
 * driver}.
 */
@NullMarked
package dev.gatehouse.server.service;

import org.jspecify.annotations.NullMarked;
