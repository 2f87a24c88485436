package dev.gatehouse.server.compute.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.compute.local.ServiceContents.Code;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, in a folder that looks like an environment with one library in it. */
final class SparesTest {

  private static final String SCRIPT =
      """
      import os, sys, joblib
      def init():
          print("ready")
      def run(raw):
          return [os.getpid(), joblib.LOADED_BY == os.getpid(), os.environ.get("OWN"), os.environ.get("OMP_X"), os.getcwd()]
      """;

  @TempDir Path folder;
  private Path python;
  private LocalReplicas replicas;

  @BeforeEach
  void environment() throws IOException, InterruptedException {
    var version = new ProcessBuilder("python3", "-m", "venv", "--without-pip", "env");
    assertThat(version.directory(folder.toFile()).start().waitFor()).isZero();
    python = folder.resolve("env/bin/python");
    Path packages;
    try (var found = Files.find(folder, 5, (path, _) -> path.endsWith("site-packages"))) {
      packages = found.findFirst().orElseThrow();
    }
    Files.writeString(packages.resolve("joblib.py"), "import os\nLOADED_BY = os.getpid()\n");
    Files.createFile(folder.resolve("env").resolve(PythonEnvironments.MARKER));
    replicas = new LocalReplicas(settings(), InstantSource.system(), new Random(), (_, _) -> {});
    replicas.start();
  }

  @AfterEach
  void end() {
    replicas.close();
  }

  @Test
  void replicaIsTheProcessThatWaited() throws Exception {
    try (var first = launch("one", Map.of("OWN", "1"))) {
      long waiting = replicas.spare(python).orElseThrow().pid();
      try (var second = launch("two", Map.of("OWN", "2"))) {
        assertThat(second.pid()).isEqualTo(waiting).isNotEqualTo(first.pid());
        assertThat(ask(second)).contains("[" + waiting + ", true, \"2\", null,").contains("/two");
        assertThat(replicas.spare(python).orElseThrow().pid()).isNotEqualTo(waiting);
        assertThat(replicas.log("two", 10)).contains("ready");
      }
    }
  }

  @Test
  void startsAnewInTheSameProcessWhereTheImportsMightHaveComeOutOtherwise() throws Exception {
    try (var _ = launch("one", Map.of())) {
      long waiting = replicas.spare(python).orElseThrow().pid();
      try (var second = launch("two", Map.of("OMP_X", "4"))) {
        assertThat(second.pid()).isEqualTo(waiting);
        assertThat(ask(second)).contains("true, null, \"4\"");
      }
    }
  }

  @Test
  void endsWithItsServerAndSomeTimeAfterItsLastReplica() throws Exception {
    try (var _ = launch("one", Map.of())) {
      assertThat(replicas.spare(python)).isPresent();
    }
    var now = new Instant[] {Instant.EPOCH};
    var spares = new Spares(settings(), () -> now[0], new Starter());
    spares.prepare(python);
    var process = spares.waiting(python).orElseThrow();
    now[0] = now[0].plus(Spares.KEPT);
    spares.tidy(Set.of(python));
    now[0] = now[0].plus(Spares.KEPT).minusSeconds(1);
    spares.tidy(Set.of());
    assertThat(spares.waiting(python)).isPresent();
    now[0] = now[0].plusSeconds(2);
    spares.tidy(Set.of());
    assertThat(spares.waiting(python)).isEmpty();
    process.onExit().get();
    var other = replicas.spare(python).orElseThrow();
    replicas.close();
    other.onExit().get();
  }

  private ReplicaSettings settings() {
    return new ReplicaSettings(
        Path.of("../runner/gatehouse-runner.py"),
        folder.resolve("run"),
        folder.resolve("logs"),
        1 << 20,
        Duration.ofSeconds(10),
        2,
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        1);
  }

  private Replica launch(String name, Map<String, String> environment) throws Exception {
    var uploaded = Files.writeString(folder.resolve("uploaded"), SCRIPT);
    var contents =
        new ServiceContents(
            List.of(new Code("score.py", uploaded, false)), List.of(), Map.of(), "score.py");
    var files =
        ServiceFiles.lay(contents, folder.resolve(name), ServiceFiles.Placement.COPY, 1 << 20);
    return replicas.launch(
        new ReplicaSpec(
            name,
            python,
            files,
            environment,
            ReplicaSpec.Program.ENTRY_SCRIPT,
            1,
            0,
            Duration.ofSeconds(60),
            Liveness.DEFAULT),
        _ -> {});
  }

  private static String ask(Replica replica) throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(replica.socket()));
      var request =
          "POST /score HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      var answer = ByteBuffer.allocate(1 << 16);
      while (channel.read(answer) >= 0) {
        // To the end of the connection.
      }
      return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }
  }
}
