package dev.gatehouse.server.service.definition;

/** How callers of a service prove themselves. */
public enum Admission {
  OPEN,
  KEYS,
  TOKENS
}
