package dev.gatehouse.gateway.http;

import dev.gatehouse.gateway.tls.ClientChain;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.Locale;

/**
 * A request whose head has been checked.
 *
 * @param request its target is in origin form
 * @param host of the Host header, lower case, without port; IPv6 without brackets
 * @param path up to the question mark, as the client sent it
 * @param query from the question mark on, or empty
 * @param id the client's {@code x-ms-request-id}, or a new one
 */
public record Asked(
    HttpRequest request, String host, String path, String query, Peer peer, String id) {

  /** Tells a model that nobody waits for its answer. */
  private static final AsciiString MIRRORED = AsciiString.cached("x-gatehouse-mirrored");

  /**
   * Who asks.
   *
   * @param address the client's IP address
   * @param tls the version of the protocol, or empty for plain HTTP
   * @param serverName of the TLS hello, or empty
   * @param certificates what it has shown to say who it is
   */
  public record Peer(String address, String tls, String serverName, ClientChain certificates) {
    public boolean secure() {
      return !tls.isEmpty();
    }
  }

  /** The same, with a head of its own that says that it is a copy. */
  public Asked copy() {
    var head =
        new DefaultHttpRequest(
            request.protocolVersion(),
            request.method(),
            request.uri(),
            request.headers().copy().set(MIRRORED, "true"));
    return new Asked(head, host, path, query, peer, id);
  }

  /** Checks host and target (RFC 9112 sections 3.2 and 3.3). */
  static Asked check(HttpRequest request, Peer peer, String id) {
    var version = request.protocolVersion();
    if (version.majorVersion() != 1) {
      throw new Refusal(
          HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
          "This server speaks HTTP/1.1 and HTTP/2, not " + version + ".");
    }
    var hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.size() != 1) {
      throw bad("Send exactly one Host header; this request has " + hosts.size() + ".");
    }
    String authority = hosts.getFirst();
    originForm(request, authority);
    String uri = request.uri();
    int mark = uri.indexOf('?');
    return new Asked(
        request,
        host(authority),
        mark < 0 ? uri : uri.substring(0, mark),
        mark < 0 ? "" : uri.substring(mark),
        peer,
        id);
  }

  private static void originForm(HttpRequest request, String authority) {
    String uri = request.uri();
    for (int i = 0; i < uri.length(); i++) {
      char c = uri.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#') {
        throw bad("The request target has a character at position " + i + " that must be encoded.");
      }
    }
    if (uri.startsWith("/")) {
      return;
    }
    int scheme = uri.indexOf("://");
    if (scheme < 0) {
      throw bad("The request target must be a path that starts with '/'.");
    }
    int path = uri.indexOf('/', scheme + 3);
    String named = path < 0 ? uri.substring(scheme + 3) : uri.substring(scheme + 3, path);
    if (!named.equalsIgnoreCase(authority)) {
      throw bad("The request target and the Host header name different hosts.");
    }
    request.setUri(path < 0 ? "/" : uri.substring(path));
  }

  private static String host(String authority) {
    int end;
    int start = 0;
    int after;
    if (authority.startsWith("[")) {
      start = 1;
      end = authority.indexOf(']');
      after = end + 1;
    } else {
      end = authority.indexOf(':');
      end = end < 0 ? authority.length() : end;
      after = end;
    }
    if (end <= start || !port(authority, after)) {
      throw bad("The Host header is not a host name or IP address with an optional port.");
    }
    if (start == 0 && authority.charAt(end - 1) == '.' && end > 1) {
      end--;
    }
    for (int i = start; i < end; i++) {
      char c = authority.charAt(i);
      boolean fine =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '.'
              || c == '_'
              || (c == ':' && start == 1);
      if (!fine) {
        throw bad("The Host header has a character that no host name has.");
      }
    }
    return authority.substring(start, end).toLowerCase(Locale.ROOT);
  }

  private static boolean port(String authority, int from) {
    if (from == authority.length()) {
      return true;
    }
    if (authority.charAt(from) != ':' || authority.length() - from > 6) {
      return false;
    }
    for (int i = from + 1; i < authority.length(); i++) {
      if (authority.charAt(i) < '0' || authority.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static Refusal bad(String message) {
    return new Refusal(HttpResponseStatus.BAD_REQUEST, message);
  }
}
