/** Web services and endpoints: deploy, update, delete, keys, tokens, logs (PROTOCOL.md 9). */
@NullMarked
package dev.gatehouse.server.service;

import org.jspecify.annotations.NullMarked;
