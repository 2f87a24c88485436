package dev.gatehouse.server.boot;

import dev.gatehouse.server.telemetry.OtlpEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of requests, and where it goes.
 *
 * @param traceSample how many of the requests that begin a trace are traced, 0 to 1
 * @param collectSample how many requests are collected of a service that collects, 0 to 1
 * @param body bytes that are kept of each body
 * @param keep bytes of files that are kept of each service
 * @param sent whether what is collected goes to the endpoint, and not to files
 */
record Observation(
    Optional<Otlp> otlp,
    double traceSample,
    double collectSample,
    int body,
    long keep,
    boolean sent) {
  private static final String ENDPOINT = "traces.endpoint";
  private static final String HEADERS = "traces.headers-file";
  private static final String AUTHORITIES = "traces.ca-file";
  private static final String BODY = "collect.body";
  private static final String KEEP = "collect.keep";
  private static final String TO = "collect.to";
  private static final int LARGEST_BODY = 1 << 20;
  private static final long LEAST_KEPT = 1L << 20;

  /**
   * A receiver of traces and log lines.
   *
   * @param headersFile lines of {@code Name: value} that it wants, mode 0600
   */
  record Otlp(URI endpoint, Optional<Path> headersFile, Optional<Path> authorities) {
    /** Reads the files; a fault names its file and no value. */
    OtlpEndpoint open() throws IOException {
      return new OtlpEndpoint(
          endpoint,
          headersFile.isPresent() ? headers(headersFile.get()) : Map.of(),
          authorities.isPresent()
              ? Optional.of(Files.readString(authorities.get()))
              : Optional.empty());
    }
  }

  static Observation read(SettingsSource source) {
    Optional<URI> endpoint = source.web(ENDPOINT);
    Optional<Path> headers = source.text(HEADERS).map(Path::of).map(Path::toAbsolutePath);
    Optional<Path> authorities = source.text(AUTHORITIES).map(Path::of).map(Path::toAbsolutePath);
    if (endpoint.isPresent()) {
      check(endpoint.get(), headers.isPresent());
    } else if (headers.isPresent() || authorities.isPresent()) {
      throw new SettingsException(
          ENDPOINT + " is missing (expected: the URL of a receiver of OTLP over HTTP)");
    }
    String to = source.text(TO).orElse("files");
    if (!to.equals("files") && !to.equals("otlp")) {
      throw new SettingsException(TO + ": '" + to + "' (expected: files or otlp)");
    }
    if (to.equals("otlp") && endpoint.isEmpty()) {
      throw new SettingsException(TO + ": otlp, but " + ENDPOINT + " is missing");
    }
    long body = source.bytes(BODY, 16 << 10);
    if (body < 1 || body > LARGEST_BODY) {
      throw new SettingsException(BODY + ": " + body + " B (expected: 1B to 1MiB)");
    }
    long keep = source.bytes(KEEP, 256L << 20);
    if (keep < Math.max(LEAST_KEPT, 32 * body)) {
      throw new SettingsException(
          KEEP + ": " + keep + " B (expected: at least 1MiB, and 32 times " + BODY + ")");
    }
    return new Observation(
        endpoint.map(uri -> new Otlp(uri, headers, authorities)),
        source.ratio("traces.sample", 0.1),
        source.ratio("collect.sample", 1),
        Math.toIntExact(body),
        keep,
        to.equals("otlp"));
  }

  /** What opens the receiver's door, and what is collected, goes in clear to this machine only. */
  private static void check(URI endpoint, boolean headers) {
    if (endpoint.getUserInfo() != null || endpoint.getQuery() != null) {
      throw new SettingsException(
          ENDPOINT + ": has a user or a query (expected: none; put secrets into " + HEADERS + ")");
    }
    if (headers && endpoint.getScheme().equals("http") && !here(endpoint.getHost())) {
      throw new SettingsException(
          ENDPOINT
              + ": begins with http:// and is not on this machine, so the headers of "
              + HEADERS
              + " would be sent in clear (expected: https://)");
    }
  }

  private static boolean here(String host) {
    try {
      return host.equals("localhost")
          || (host.matches("[0-9.]+|\\[.*]") && InetAddress.getByName(host).isLoopbackAddress());
    } catch (UnknownHostException _) {
      return false;
    }
  }

  private static Map<String, String> headers(Path file) throws IOException {
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    if (!mode.endsWith("------")) {
      throw new SettingsException(
          "%s: %s can be read by others (mode %s); do chmod 600".formatted(HEADERS, file, mode));
    }
    var headers = new HashMap<String, String>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      int colon = line.indexOf(':');
      if (line.isBlank()) {
        continue;
      }
      if (colon < 1 || !line.substring(0, colon).strip().matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
        throw new SettingsException(
            "%s: line %d of %s (expected: Name: value)".formatted(HEADERS, number, file));
      }
      headers.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
    }
    return headers;
  }
}
