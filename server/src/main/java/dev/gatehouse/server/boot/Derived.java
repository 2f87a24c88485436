package dev.gatehouse.server.boot;

import dev.gatehouse.certificates.Permitted;
import dev.gatehouse.certificates.Signing;
import dev.gatehouse.gateway.GatewaySettings;
import dev.gatehouse.server.compute.local.EnvironmentSettings;
import dev.gatehouse.server.compute.local.ReplicaSettings;
import dev.gatehouse.server.compute.local.ServiceFiles;
import dev.gatehouse.server.routing.EmbeddedNameServer;
import dev.gatehouse.server.routing.NameServer;
import dev.gatehouse.server.routing.UpdatedNameServer;
import dev.gatehouse.server.service.driver.LocalProcesses;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What settings and data folder come to for the single parts. */
final class Derived {
  private static final Duration SCRIPT_START = Duration.ofMinutes(5);
  private static final long MAX_CODE = 1L << 30;

  private Derived() {}

  static Path controlSocket(DataFolder folder) {
    return folder.run().resolve("control.sock");
  }

  static Permitted permitted(Settings settings) {
    InetAddress advertised = settings.listen().advertised();
    return new Permitted(
        Stream.of(settings.names().zone(), "localhost").distinct().toList(),
        advertised.isLoopbackAddress() ? List.of() : List.of(advertised.getHostAddress()));
  }

  static Signing signing(Settings settings, InstantSource clock, SecureRandom random) {
    return new Signing(clock, random, settings.authority().lists().orElse(null));
  }

  static List<String> controlPlaneNames(Settings settings) {
    return Stream.of(
            settings.names().zone(),
            "localhost",
            "127.0.0.1",
            "::1",
            settings.listen().advertised().getHostAddress())
        .distinct()
        .toList();
  }

  static GatewaySettings gatewaySettings(Settings settings, DataFolder folder) {
    Settings.Listen listen = settings.listen();
    return new GatewaySettings(
            new InetSocketAddress(listen.address(), listen.https()),
            new InetSocketAddress(listen.address(), listen.http()),
            controlSocket(folder))
        .withMaxBody(listen.maxBody())
        .withStrictTransport(settings.tls().hsts());
  }

  static ReplicaSettings replicaSettings(Settings settings, DataFolder folder) {
    return ReplicaSettings.of(
        settings.python().runner().resolve("gatehouse-runner.py"),
        folder.run(),
        folder.serviceLogs(),
        settings.python().spares());
  }

  static EnvironmentSettings environmentSettings(Settings settings) {
    Settings.Python python = settings.python();
    List<Path> path =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .filter(p -> !p.isEmpty())
            .map(Path::of)
            .toList();
    return new EnvironmentSettings(
        python.cache(),
        python.uv(),
        path,
        python.buildTimeout(),
        python.extraIndexes(),
        python.indexes().variables());
  }

  static LocalProcesses.Settings processSettings(DataFolder folder) {
    return new LocalProcesses.Settings(
        folder.services(), folder.modelData(), ServiceFiles.Placement.LINK, MAX_CODE, SCRIPT_START);
  }

  static NameServer nameServer(Settings settings, Clock clock) throws IOException {
    var update = settings.names().update();
    if (update.isPresent()) {
      return new UpdatedNameServer(update.get().open());
    }
    Settings.Listen listen = settings.listen();
    return new EmbeddedNameServer(
        new InetSocketAddress(listen.address(), listen.dns()),
        settings.names().zone(),
        List.of(listen.advertised()),
        clock);
  }
}
