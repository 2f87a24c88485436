package dev.gatehouse.server.rest;

/** Checks the {@code Authorization} header of a request. */
public interface Authenticator {
  /** Throws a problem of 401 when the token is absent, broken, expired or not ours. */
  Caller authenticate(Request request);
}
