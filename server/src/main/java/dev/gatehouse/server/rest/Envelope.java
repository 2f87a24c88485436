package dev.gatehouse.server.rest;

/**
 * The shape of an error, which each family of client calls reads in its own way (PROTOCOL.md 3.1).
 */
public enum Envelope {
  /**
   * {@code {"error":{"code","message"}}}: subscriptions, groups, workspaces, computes, artifacts,
   * environments.
   */
  ARM,
  /**
   * {@code {"code","statusCode","message","details","correlation"}}: models, assets, services,
   * operations.
   */
  FLAT,
  /** XML with the header {@code x-ms-error-code}: blobs. */
  BLOB,
  /** {@code {"error","error_description"}}: the token endpoints (RFC 6749 section 5.2). */
  OAUTH
}
