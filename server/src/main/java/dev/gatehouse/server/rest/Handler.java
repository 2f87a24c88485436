package dev.gatehouse.server.rest;

import java.io.IOException;

/** Answers one request on a virtual thread; may block; a problem is thrown. */
@FunctionalInterface
public interface Handler {
  Response handle(Request request) throws IOException;
}
