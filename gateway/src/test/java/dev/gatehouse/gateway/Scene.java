package dev.gatehouse.gateway;

import dev.gatehouse.certificates.CertifiedKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** A gateway on loopback with certificates of its own, replicas in a folder, and clients. */
final class Scene {
  static final Authority AUTHORITY = new Authority();
  static final CertifiedKey FALLBACK = AUTHORITY.issue("127.0.0.1");
  static final CertifiedKey LOCALHOST = AUTHORITY.issue("localhost");

  final Gateway gateway;
  private final Path folder;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private int sockets;

  Scene(Path folder) {
    this(folder, UnaryOperator.identity());
  }

  Scene(Path folder, UnaryOperator<GatewaySettings> change) {
    this(folder, change, dev.gatehouse.gateway.proxy.Transport.best());
  }

  Scene(
      Path folder,
      UnaryOperator<GatewaySettings> change,
      dev.gatehouse.gateway.proxy.Transport transport) {
    this.folder = folder;
    var anyPort = new InetSocketAddress("127.0.0.1", 0);
    var settings = new GatewaySettings(anyPort, anyPort, folder.resolve("control.sock"));
    gateway =
        new Gateway(
            change.apply(settings.withDrain(Duration.ofSeconds(2))),
            Snapshot.empty(FALLBACK).withCertificate("localhost", LOCALHOST),
            InstantSource.system(),
            new SecureRandom(),
            transport);
    gateway.start();
    opened.push(gateway);
  }

  <T extends AutoCloseable> T closing(T resource) {
    opened.push(resource);
    return resource;
  }

  Replica replica(Replica.Script script) throws IOException {
    return closing(new Replica(folder.resolve("r" + sockets++ + ".sock"), script));
  }

  Replica controlPlane(Replica.Script script) throws IOException {
    return closing(new Replica(folder.resolve("control.sock"), script));
  }

  static Version.Limits limits() {
    return new Version.Limits(64, Duration.ofSeconds(5), Duration.ofSeconds(10));
  }

  static Version version(String name, int share, Version.Limits limits, Replica... replicas) {
    return new Version(
        name,
        share,
        new Backend.Replicas(Arrays.stream(replicas).map(Replica::socket).toList()),
        limits);
  }

  static ServiceRoute service(String name, Access access, Version... versions) {
    return new ServiceRoute("id-" + name, name, access, List.of(versions));
  }

  static Snapshot.Host target(ServiceRoute... services) {
    PMap<String, ServiceRoute> byName = HashTreePMap.empty();
    for (var service : services) {
      byName = byName.plus(service.name(), service);
    }
    return new Snapshot.Host.Target(byName);
  }

  /** Serves one open service called {@code s} on localhost. */
  void serve(Version.Limits limits, Replica... replicas) {
    serve(service("s", new Access.Open(), version("v", 100, limits, replicas)));
  }

  void serve(ServiceRoute... services) {
    gateway.update(now -> now.withHost("localhost", target(services)));
  }

  Wire wire() throws IOException {
    return wire("localhost");
  }

  Wire wire(String name) throws IOException {
    return closing(Wire.tls(AUTHORITY.trusting(), gateway.https(), name));
  }

  Wire plain() throws IOException {
    return closing(Wire.plain(gateway.http()));
  }

  HttpClient client(HttpClient.Version version) {
    return closing(
        HttpClient.newBuilder().sslContext(AUTHORITY.trusting()).version(version).build());
  }

  URI uri(String path) {
    return URI.create("https://localhost:" + gateway.https().getPort() + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30));
  }

  static String get(String path, String... headers) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines(headers) + "\r\n";
  }

  static String post(String path, String body, String... headers) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        + body.length()
        + "\r\n"
        + lines(headers)
        + "\r\n"
        + body;
  }

  private static String lines(String... headers) {
    return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
  }

  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }
}
