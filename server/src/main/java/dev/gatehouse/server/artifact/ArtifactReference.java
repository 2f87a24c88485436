package dev.gatehouse.server.artifact;

import dev.gatehouse.api.ProblemException;

/**
 * Where uploaded files are: {@code aml://artifact/<origin>/<container>/<path>}, or the same without
 * the scheme.
 */
public record ArtifactReference(String origin, String container, String path) {
  private static final String SCHEME = "aml://artifact/";

  /** Parses either form; another one is a 400. */
  public static ArtifactReference parse(String text) {
    String rest = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text;
    String[] parts = rest.split("/", 3);
    if (parts.length < 3
        || parts[0].isEmpty()
        || parts[1].isEmpty()
        || parts[2].isEmpty()
        || rest.contains("://")) {
      throw ProblemException.invalid(
          "'"
              + text
              + "' is no reference to an uploaded file (expected: "
              + SCHEME
              + "<origin>/<container>/<path>).");
    }
    return new ArtifactReference(parts[0], parts[1], parts[2]);
  }
}
