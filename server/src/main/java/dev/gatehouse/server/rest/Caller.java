package dev.gatehouse.server.rest;

/** Who asks: the subject of a checked access token. */
public record Caller(String subject) {
  /** A caller on a route that asks for no token. */
  public static final Caller ANONYMOUS = new Caller("anonymous");
}
