package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaBundleTest {
  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void root() throws IOException {
    root = Files.writeString(folder.resolve("ca.pem"), "OUR ROOT\n");
  }

  @Test
  void keepsTheRootsThatTheUserHasChosen() throws IOException {
    Path own = Files.writeString(folder.resolve("corporate.pem"), "CORPORATE\n");
    String bundle = CaBundle.text(root, Map.of("REQUESTS_CA_BUNDLE", own.toString()));
    assertThat(bundle).contains("OUR ROOT\n").endsWith("CORPORATE\n");
  }

  @Test
  void doesNotGrowWhenItIsMadeFromItself() throws IOException {
    Path own = Files.writeString(folder.resolve("corporate.pem"), "CORPORATE\n");
    String once = CaBundle.text(root, Map.of("SSL_CERT_FILE", own.toString()));
    Path bundle = Files.writeString(folder.resolve("ca-bundle.pem"), once);
    assertThat(CaBundle.text(root, Map.of("REQUESTS_CA_BUNDLE", bundle.toString())))
        .isEqualTo(once);
  }

  @Test
  void takesTheRootsOfTheSystemOrOfJava() throws IOException {
    assertThat(CaBundle.text(root, Map.of("SSL_CERT_FILE", "/nowhere"))).contains("BEGIN CERT");
    Path store = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    assertThat(CaBundle.rootsOfJava(store)).contains("-----BEGIN CERTIFICATE-----\n");
  }
}
