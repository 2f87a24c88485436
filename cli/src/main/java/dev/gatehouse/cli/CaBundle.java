package dev.gatehouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Our root and, after it, the roots that scripts trusted before, so that their other HTTPS goes on
 * working.
 */
final class CaBundle {
  private static final String BEFORE = "# What was trusted before:\n";
  private static final List<String> SYSTEM =
      List.of(
          "/etc/ssl/certs/ca-certificates.crt",
          "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/ca-bundle.pem",
          "/etc/ssl/cert.pem");

  private CaBundle() {}

  static String text(Path root, Map<String, String> environment) throws IOException {
    return "# Gatehouse's own root:\n"
        + Files.readString(root).strip()
        + "\n"
        + BEFORE
        + publicRoots(environment);
  }

  /** Those that the environment names come first, then the system's, then Java's. */
  private static String publicRoots(Map<String, String> environment) throws IOException {
    Optional<Path> file =
        Stream.concat(
                Stream.of("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
                    .map(name -> environment.getOrDefault(name, ""))
                    .filter(name -> !name.isEmpty()),
                SYSTEM.stream())
            .map(Path::of)
            .filter(Files::isRegularFile)
            .findFirst();
    if (file.isEmpty()) {
      return rootsOfJava(Path.of(System.getProperty("java.home"), "lib", "security", "cacerts"));
    }
    String text = Files.readString(file.get());
    int ours = text.indexOf(BEFORE);
    return ours < 0 ? text : text.substring(ours + BEFORE.length());
  }

  static String rootsOfJava(Path store) throws IOException {
    var encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
    var all = new StringBuilder();
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
      roots.load(in, null);
      for (String alias : Collections.list(roots.aliases())) {
        all.append("-----BEGIN CERTIFICATE-----\n")
            .append(encoder.encodeToString(roots.getCertificate(alias).getEncoded()))
            .append("\n-----END CERTIFICATE-----\n");
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(store + " cannot be read: " + e.getMessage(), e);
    }
    return all.toString();
  }
}
