package dev.gatehouse.server.compute.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes of the real runner, with the python3 of the machine. */
final class LocalReplicasTest {

  private static final String ECHO =
      """
      import os, sys
      def init():
          print("init of the echo script")
      def run(raw):
          if raw == "die":
              os._exit(7)
          if raw == "eat":
              global held
              held = bytearray(b"x" * (200 << 20))
          if raw == "child":
              import subprocess
              return subprocess.Popen(["sleep", "600"]).pid
          print("scored", raw)
          return [raw, os.getcwd(), os.environ.get("SECRET"), os.environ["OWN"]]
      """;

  @TempDir Path folder;
  private final BlockingQueue<ReplicaState> states = new LinkedBlockingQueue<>();
  private LocalReplicas replicas;

  @BeforeEach
  void begin() {
    replicas = replicas();
    replicas.start();
  }

  @AfterEach
  void end() {
    replicas.close();
  }

  @Test
  void servesAndLogs() throws Exception {
    var replica = replicas.launch(spec(ECHO), states::add);
    assertThat(score(replica, "hi"))
        .endsWith("[\"hi\", \"" + folder.resolve("echo") + "\", null, \"set\"]");
    replica.close();
    assertThat(replicas.initLog("echo", 10)).containsExactly("init of the echo script");
    assertThat(replicas.log("echo", 9)).containsExactly("init of the echo script", "scored hi");
    assertThat(states).containsExactly(new ReplicaState.Ready(), new ReplicaState.Stopped());
    assertThat(folder.resolve("run")).isEmptyDirectory();
    assertThat(ProcessHandle.of(replica.pid()).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void failedInitIsTheFault() throws IOException {
    var spec =
        spec("def init():\n    raise RuntimeError('the model is missing')\ndef run(raw): pass\n");
    assertThatThrownBy(() -> replicas.launch(spec, states::add))
        .isInstanceOfSatisfying(
            ReplicaFault.class,
            fault -> {
              assertThat(fault)
                  .hasMessage(
                      "The entry script did not start (exit code 3): RuntimeError: the model is missing");
              assertThat(fault.exitCode()).isEqualTo(3);
              assertThat(fault.lastLines()).contains("Traceback (most recent call last):");
            });
    assertThat(String.join("\n", replicas.log("echo", 100))).contains("the model is missing");
    assertThat(folder.resolve("run")).isEmptyDirectory();
  }

  @Test
  void initThatNeverEndsIsKilled() throws IOException {
    var slow = spec("import time\ndef init():\n    time.sleep(600)\ndef run(raw): pass\n");
    var spec =
        new ReplicaSpec(
            "echo",
            slow.python(),
            slow.files(),
            Map.of(),
            slow.program(),
            1,
            0,
            Duration.ofMillis(300),
            Liveness.DEFAULT);
    assertThatThrownBy(() -> replicas.launch(spec, states::add))
        .hasMessageContaining("init() was not through after")
        .extracting(e -> ((ReplicaFault) e).exitCode())
        .isEqualTo(-1);
  }

  @Test
  void missingInterpreterIsAFault() throws IOException {
    var spec = spec(ECHO);
    var wrong =
        new ReplicaSpec(
            "echo",
            folder.resolve("none"),
            spec.files(),
            Map.of(),
            spec.program(),
            1,
            0,
            Duration.ofSeconds(9),
            Liveness.DEFAULT);
    assertThatThrownBy(() -> replicas.launch(wrong, states::add))
        .hasMessageContaining("could not be started");
  }

  @Test
  void crashedReplicaComesBackAtTheSameSocket() throws Exception {
    var replica = replicas.launch(spec(ECHO), states::add);
    long before = replica.pid();
    score(replica, "die");
    assertThat(next()).isEqualTo(new ReplicaState.Ready());
    assertThat(next()).isInstanceOf(ReplicaState.Restarting.class);
    assertThat(next()).isEqualTo(new ReplicaState.Ready());
    assertThat(score(replica, "again")).contains("again");
    assertThat(replica.pid()).isNotEqualTo(before);
  }

  @Test
  void replacesAReplicaThatLivesButNoLongerAnswers() throws Exception {
    var spec = spec(ECHO);
    var quick =
        new Liveness(Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMillis(200), 2);
    var asked =
        new ReplicaSpec(
            "echo",
            spec.python(),
            spec.files(),
            spec.environment(),
            spec.program(),
            1,
            0,
            Duration.ofSeconds(30),
            quick);
    var replica = replicas.launch(asked, states::add);
    assertThat(next()).isEqualTo(new ReplicaState.Ready());
    long before = replica.pid();
    new ProcessBuilder("kill", "-STOP", Long.toString(before)).start().waitFor();
    assertThat(((ReplicaState.Restarting) next()).reason())
        .contains("2 questions about its health");
    assertThat(next()).isEqualTo(new ReplicaState.Ready());
    assertThat(score(replica, "again")).contains("again");
    assertThat(replica.pid()).isNotEqualTo(before);
  }

  @Test
  void isGivenUpAfterTooManyCrashes() throws Exception {
    var once =
        "import os\ndef init():\n    if os.path.exists('seen'):\n        raise KeyError('gone')\n    open('seen', 'w').close()\n";
    var replica = replicas.launch(spec(once + "def run(raw):\n    os._exit(1)\n"), states::add);
    score(replica, "x");
    ReplicaState last = next();
    while (last instanceof ReplicaState.Ready || last instanceof ReplicaState.Restarting) {
      last = next();
    }
    assertThat(last).isEqualTo(new ReplicaState.GivenUp("KeyError: 'gone'"));
    replica.close();
  }

  @Test
  void tooMuchMemoryIsACrashWithItsReason() throws Exception {
    var spec = spec(ECHO);
    var small =
        new ReplicaSpec(
            "echo",
            spec.python(),
            spec.files(),
            spec.environment(),
            spec.program(),
            1,
            120L << 20,
            Duration.ofSeconds(30),
            Liveness.DEFAULT);
    var replica = replicas.launch(small, states::add);
    score(replica, "eat");
    assertThat(next()).isEqualTo(new ReplicaState.Ready());
    assertThat(((ReplicaState.Restarting) next()).reason())
        .contains("more than its limit of 120 MiB");
  }

  @Test
  void childrenOfTheScriptEndWithIt() throws Exception {
    var replica = replicas.launch(spec(ECHO), states::add);
    var answer = score(replica, "child");
    long child = Long.parseLong(answer.substring(answer.lastIndexOf('\n') + 1));
    var handle = ProcessHandle.of(child).orElseThrow();
    replica.close();
    handle.onExit().get(10, TimeUnit.SECONDS);
    assertThat(handle.isAlive()).isFalse();
  }

  @Test
  void orphansOfAnEarlierServerAreKilled() throws Exception {
    var orphan = new ProcessBuilder("sleep", "600").start();
    var innocent = new ProcessBuilder("sleep", "600").start();
    var run = Files.createDirectories(folder.resolve("run"));
    PidFiles.write(run.resolve("a.sock"), orphan.toHandle());
    Files.writeString(run.resolve("b.sock.pid"), innocent.pid() + " 2001-01-01T00:00:00Z");
    Files.writeString(run.resolve("c.sock.pid"), "rubbish");
    assertThat(replicas().start()).containsExactly(orphan.pid());
    assertThat(orphan.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(innocent.isAlive()).isTrue();
    assertThat(run).isEmptyDirectory();
    innocent.destroyForcibly();
  }

  @Test
  void noCodeProgramAndForgottenLogs() throws Exception {
    var spec = spec(ECHO);
    var noCode =
        new ReplicaSpec(
            "nc",
            spec.python(),
            spec.files(),
            Map.of(),
            ReplicaSpec.Program.NO_CODE_SCIKIT_LEARN,
            2,
            0,
            Duration.ofSeconds(30),
            Liveness.DEFAULT);
    assertThatThrownBy(() -> replicas.launch(noCode, states::add))
        .hasMessageContaining("a model of one file");
    assertThat(replicas.log("nc", 5)).isNotEmpty();
    replicas.forget("nc");
    assertThat(replicas.log("nc", 5)).isEmpty();
  }

  @Test
  void logsAreBounded() throws IOException {
    var log = new ServiceLog(folder.resolve("l/run.log"), 1000);
    for (int i = 0; i < 1000; i++) {
      log.append("line " + i);
    }
    assertThat(log.tail(3)).containsExactly("line 997", "line 998", "line 999");
    assertThat(log.tail(10_000)).hasSizeBetween(90, 250).endsWith("line 999");
    try (Stream<Path> files = Files.list(folder.resolve("l"))) {
      assertThat(files.mapToLong(f -> f.toFile().length()).sum()).isLessThanOrEqualTo(2000);
    }
  }

  @Test
  void longLinesAreCutAndLastLinesGiveTheReason() throws IOException {
    var log = new ServiceLog(folder.resolve("l/run.log"), 1 << 20);
    var printed = ("x".repeat(90_000) + "\nend").getBytes(StandardCharsets.UTF_8);
    var output =
        new ReplicaOutput(
            new java.io.ByteArrayInputStream(printed), new ReplicaProcess.Logs(log, log, _ -> {}));
    output.run();
    assertThat(output.lastLines()).extracting(String::length).containsExactly(64 * 1024, 3);
    assertThat(ReplicaFault.reasonIn(List.of("a.b.OddError: why", "  at", ""), 1))
        .isEqualTo("a.b.OddError: why");
    assertThat(ReplicaFault.reasonIn(List.of(), 137)).isEqualTo("killed by signal 9");
  }

  @Test
  void settingsAreChecked() throws IOException {
    assertThatThrownBy(() -> ReplicaSettings.of(folder, Path.of("/" + "x".repeat(100)), folder, 0))
        .hasMessageContaining("expected: at most 91 bytes");
    var spec = spec(ECHO);
    assertThatThrownBy(() ->
            new ReplicaSpec(
                "../x",
                spec.python(),
                spec.files(),
                Map.of(),
                spec.program(),
                1,
                0,
                Duration.ZERO,
                Liveness.DEFAULT))
        .hasMessageContaining("service: '../x'");
    assertThatThrownBy(() ->
            new ReplicaSpec(
                "x",
                spec.python(),
                spec.files(),
                Map.of(),
                spec.program(),
                0,
                0,
                Duration.ZERO,
                Liveness.DEFAULT))
        .hasMessageContaining("threads: 0");
  }

  private LocalReplicas replicas() {
    var settings =
        new ReplicaSettings(
            Path.of("../runner/gatehouse-runner.py"),
            folder.resolve("run"),
            folder.resolve("logs"),
            1 << 20,
            Duration.ofSeconds(10),
            2,
            Duration.ofMillis(10),
            Duration.ofMillis(50),
            1);
    return new LocalReplicas(settings, InstantSource.system(), new Random(), (_, _) -> {});
  }

  private ReplicaSpec spec(String script) throws IOException {
    var uploaded = Files.writeString(folder.resolve("uploaded"), script);
    var contents =
        new ServiceContents(
            List.of(new Code("score.py", uploaded, false)), List.of(), Map.of(), "score.py");
    var files =
        ServiceFiles.lay(contents, folder.resolve("echo"), ServiceFiles.Placement.COPY, 1 << 20);
    return new ReplicaSpec(
        "echo",
        python(),
        files,
        Map.of("OWN", "set"),
        ReplicaSpec.Program.ENTRY_SCRIPT,
        1,
        0,
        Duration.ofSeconds(30),
        Liveness.DEFAULT);
  }

  private static Path python() {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(entry -> Path.of(entry, "python3"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private ReplicaState next() throws InterruptedException {
    return states.poll(20, TimeUnit.SECONDS);
  }

  private static String score(Replica replica, String body) throws IOException {
    var request =
        "POST /score HTTP/1.1\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(replica.socket()));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      var answer = ByteBuffer.allocate(64 * 1024);
      while (channel.read(answer) >= 0) {
        // to the end
      }
      return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }
  }
}
