/**
 * What a web service shall be: the documents that clients send, checked and with all defaults
 * filled in (PROTOCOL.md 9.3, FEATURES.md 4), and the changes they make to them. Knows no database
 * and no network.
 */
@NullMarked
package dev.gatehouse.server.service.definition;

import org.jspecify.annotations.NullMarked;
