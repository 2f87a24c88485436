package dev.gatehouse.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import tools.jackson.databind.JsonNode;

/** Sends requests to the control plane at one address, which must prove itself to the trust. */
public final class RestClient implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(100);
  private static final byte[] NOTHING = {};

  private final HttpClient http;
  private final String base;

  public RestClient(Trust trust, Address address) {
    this(
        HttpClient.newBuilder()
            .sslContext(trust.context())
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build(),
        "https://" + address.reachable());
  }

  RestClient(HttpClient http, String base) {
    this.http = http;
    this.base = base;
  }

  /** Without a slash at its end. */
  public String base() {
    return base;
  }

  /**
   * Sends to a path or an absolute URL; the URL's user info, which upload addresses have, is left
   * out.
   */
  public Reply send(String method, String target, Map<String, String> headers, byte[] body) {
    URI uri = absolute(target);
    var request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER)
            .method(
                method,
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response.headers(), response.body());
    } catch (SSLException e) {
      throw new ProblemException(
          new Problem.Upstream(
              "TlsFailed",
              "The server at %s could not be verified: %s".formatted(authority(uri), said(e))),
          e);
    } catch (IOException e) {
      throw new ProblemException(
          new Problem.Upstream(
              "Unreachable",
              "The server at %s does not answer: %s".formatted(authority(uri), said(e))),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(
          new Problem.Upstream("Interrupted", "The request was interrupted."), e);
    }
  }

  public Reply get(String target, Map<String, String> headers) {
    return send("GET", target, headers, NOTHING);
  }

  /** Sends the document as JSON. */
  public Reply send(String method, String target, Map<String, String> headers, JsonNode document) {
    var all = new java.util.HashMap<>(headers);
    all.put("Content-Type", "application/json");
    return send(method, target, all, document.toString().getBytes(StandardCharsets.UTF_8));
  }

  private URI absolute(String target) {
    if (target.startsWith("/")) {
      return URI.create(base + target);
    }
    URI uri = URI.create(target);
    if (uri.getRawUserInfo() == null) {
      return uri;
    }
    return URI.create(target.replaceFirst("//[^/@]*@", "//"));
  }

  private static String authority(URI uri) {
    return uri.getHost() + ":" + uri.getPort();
  }

  private static String said(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
