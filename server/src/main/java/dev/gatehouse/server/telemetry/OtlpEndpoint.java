package dev.gatehouse.server.telemetry;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * A receiver of OTLP over HTTP.
 *
 * @param base to which {@code /v1/traces} and {@code /v1/logs} are added
 * @param headers may hold secrets
 * @param authorities PEM of the certificates that it is trusted by, when they are not the system's
 */
public record OtlpEndpoint(URI base, Map<String, String> headers, Optional<String> authorities) {
  public OtlpEndpoint {
    headers = Map.copyOf(headers);
  }

  String of(String signal) {
    String text = base.toString();
    return (text.endsWith("/") ? text : text + "/") + "v1/" + signal;
  }

  @Override
  public String toString() {
    return base.getScheme()
        + "://"
        + base.getHost()
        + (base.getPort() < 0 ? "" : ":" + base.getPort());
  }
}
