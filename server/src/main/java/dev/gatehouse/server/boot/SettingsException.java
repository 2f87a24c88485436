package dev.gatehouse.server.boot;

/**
 * Gatehouse cannot start as it was told to; the message names the key, the value and what is
 * expected.
 */
final class SettingsException extends RuntimeException {
  SettingsException(String message) {
    super(message);
  }
}
