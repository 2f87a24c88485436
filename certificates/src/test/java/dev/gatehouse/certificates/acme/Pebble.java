package dev.gatehouse.certificates.acme;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.Permitted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real ACME authority on loopback; what it knows is gone when it stops. */
final class Pebble implements AutoCloseable {
  static final String KEY_IDENTIFIER = "kid-1";
  static final String HMAC = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

  private static final String CONFIG =
      """
      {"pebble": {
        "listenAddress": "127.0.0.1:%d",
        "managementListenAddress": "",
        "certificate": "%s",
        "privateKey": "%s",
        "httpPort": %d,
        "tlsPort": %d,
        "externalAccountBindingRequired": %s,
        "externalAccountMACKeys": {"%s": "%s"},
        "domainBlocklist": ["blocked.test"],
        "retryAfter": {"authz": 1, "order": 1},
        "keyAlgorithm": "ecdsa",
        "profiles": {
          "default": {"description": "90 days", "validityPeriod": 7776000},
          "shortlived": {"description": "6 days", "validityPeriod": 518400}
        }
      }}
      """;

  private final Path programs;
  private final Path folder;
  private final Challenges challenges;
  private final int port = freePort();
  private final X509Certificate root;
  private final Process names;
  private Process authority;

  /** Skips the test where Pebble can neither be found nor made. */
  static Path programs() throws IOException, InterruptedException {
    var script = Path.of("..", "scripts", "pebble.sh").toAbsolutePath().normalize();
    var process =
        new ProcessBuilder("sh", script.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var code = process.waitFor();
    var missing = code == 3;
    if (missing) {
      System.out.println("Skipped: the tests with Pebble, for neither Go nor Pebble is here.");
    }
    assumeTrue(!missing, "neither Go nor Pebble is on this machine");
    if (code != 0) {
      throw new IOException(script + " ended with " + code);
    }
    return Path.of(output.strip());
  }

  Pebble(Path folder, Challenges challenges, boolean bindingRequired)
      throws IOException, InterruptedException {
    this.programs = programs();
    this.folder = folder;
    this.challenges = challenges;
    var random = new SecureRandom();
    var ca =
        EmbeddedAuthority.create(
            new Permitted(List.of("localhost"), List.of("127.0.0.0/8")), Clock.systemUTC(), random);
    root = ca.material().root().leaf();
    var own = ca.issue(List.of("127.0.0.1", "localhost"), Duration.ofDays(1));
    Files.writeString(folder.resolve("own.pem"), Pem.of(own.chain()));
    Files.writeString(folder.resolve("own.key"), Pem.of(own.key()));
    Files.writeString(
        folder.resolve("config.json"),
        CONFIG.formatted(
            port,
            folder.resolve("own.pem"),
            folder.resolve("own.key"),
            challenges.httpPort(),
            challenges.tlsPort(),
            bindingRequired,
            KEY_IDENTIFIER,
            HMAC));
    names = startNames();
    start();
  }

  AcmeServer server() {
    return new AcmeServer(
        "Pebble", URI.create("https://127.0.0.1:" + port + "/dir"), List.of(root));
  }

  /** Anew on the same port, with an empty memory. */
  void start() throws IOException {
    var builder =
        process(
            "pebble",
            "-config",
            folder.resolve("config.json").toString(),
            "-dnsserver",
            "127.0.0.1:" + challenges.dnsPort());
    builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
    authority = builder.start();
    await(authority, port);
  }

  void kill() {
    end(authority);
  }

  @Override
  public void close() {
    end(authority);
    end(names);
  }

  static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  private Process startNames() throws IOException {
    var process =
        process(
                "pebble-challtestsrv",
                "-dnsserver",
                "127.0.0.1:" + challenges.dnsPort(),
                "-management",
                "127.0.0.1:" + challenges.managementPort(),
                "-defaultIPv4",
                "127.0.0.1",
                "-defaultIPv6",
                "",
                "-http01",
                "",
                "-https01",
                "",
                "-doh",
                "",
                "-tlsalpn01",
                "")
            .start();
    await(process, challenges.managementPort());
    await(process, challenges.dnsPort());
    return process;
  }

  private ProcessBuilder process(String program, String... arguments) {
    var builder = new ProcessBuilder(programs.resolve(program).toString());
    builder.command().addAll(List.of(arguments));
    builder.redirectErrorStream(true);
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(folder.resolve(program + ".log").toFile()));
    return builder;
  }

  private static void await(Process process, int port) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    for (int i = 0; i < 1_000 && process.isAlive(); i++) {
      try (var socket = new Socket()) {
        socket.connect(address);
        return;
      } catch (IOException _) {
        java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
      }
    }
    throw new IOException(process.info().command() + " does not listen on " + port);
  }

  private static void end(Process process) {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
