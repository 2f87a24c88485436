package dev.gatehouse.certificates.acme;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Where an authority answers, and the {@code anchors} that its own TLS certificate is checked
 * against; without any, those of the running Java.
 */
public record AcmeServer(String name, URI directory, List<X509Certificate> anchors) {
  public AcmeServer {
    anchors = List.copyOf(anchors);
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: empty (expected: what people call the authority)");
    }
    if (!"https".equals(directory.getScheme()) || directory.getHost() == null) {
      throw new IllegalArgumentException(
          "directory: "
              + directory
              + " (expected: an https address as in https://ca.example/directory)");
    }
  }
}
