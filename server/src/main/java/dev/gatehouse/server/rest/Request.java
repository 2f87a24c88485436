package dev.gatehouse.server.rest;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One request to the control plane.
 *
 * @param path as sent, still percent-encoded, without query
 * @param parameters the decoded path segments that the route's template names
 * @param query decoded; the first of several values
 * @param headers by lower-case name; the first of several values
 * @param length of the body in bytes, -1 when it is chunked
 */
public record Request(
    String method,
    String path,
    Map<String, String> parameters,
    Map<String, String> query,
    Map<String, String> headers,
    InputStream body,
    long length,
    Caller caller) {

  /** The most that is read of a body that has to fit into memory. */
  static final int MAX_DOCUMENT = 16 * 1024 * 1024;

  Request matched(Map<String, String> values, Caller by) {
    return new Request(method, path, values, query, headers, body, length, by);
  }

  /** A path parameter of the route's own template. */
  public String parameter(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "parameter: " + name + " (expected: one that the route's template names)");
    }
    return value;
  }

  public Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name));
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** How the caller reached us, {@code https://host:port}, for the absolute links of answers. */
  public String base() {
    return "https://" + header("host").orElse("localhost");
  }

  /** The body as a JSON object; anything else is a 400. */
  public ObjectNode json() throws IOException {
    if (Json.parseSent(bytes()) instanceof ObjectNode object) {
      return object;
    }
    throw ProblemException.invalid("The body must be a JSON object.");
  }

  /** The body as any JSON value, such as the list of a JSON Patch. */
  public JsonNode jsonValue() throws IOException {
    return Json.parseSent(bytes());
  }

  /** The body as {@code application/x-www-form-urlencoded}. */
  public Map<String, String> form() throws IOException {
    return decodePairs(new String(bytes(), StandardCharsets.UTF_8));
  }

  /** The whole body, at most 16 MiB. */
  public byte[] bytes() throws IOException {
    byte[] read =
        length > MAX_DOCUMENT ? new byte[MAX_DOCUMENT + 1] : body.readNBytes(MAX_DOCUMENT + 1);
    if (read.length > MAX_DOCUMENT) {
      throw new ProblemException(
          new Problem.TooLarge(
              "RequestTooLarge", "The body is larger than " + MAX_DOCUMENT + " bytes."));
    }
    return read;
  }

  static Map<String, String> decodePairs(String text) {
    var pairs = new LinkedHashMap<String, String>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = decode(equals < 0 ? pair : pair.substring(0, equals));
      if (!key.isEmpty()) {
        pairs.putIfAbsent(key, equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return pairs;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          new Problem.Invalid("The text '" + text + "' is not percent-encoded correctly."), e);
    }
  }
}
