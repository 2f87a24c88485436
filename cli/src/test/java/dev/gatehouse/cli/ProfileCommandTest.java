package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Wire;
import dev.gatehouse.api.WorkspaceId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCommandTest {
  private static final String MANAGEMENT =
      "/modelmanagement/v1.0" + new WorkspaceId("s", "g", "w").path();
  private static final Pattern COPY = Pattern.compile("\"name\":\"(profile-[0-9a-f]{8})\"");

  @TempDir Path folder;
  private FakeServer server;
  private Cli cli;

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer(folder).running();
    cli = new Cli(server.home, Map.of());
    server
        .on(
            "GET " + MANAGEMENT + "/services/ridge",
            """
            {"computeType":"AKS","computeName":"myaks","maxConcurrentRequestsPerContainer":2,
             "environmentImageRequest":{"modelIds":["ridge:1"]},"models":[{"framework":"Onnx"}]}
            """)
        .on("POST " + MANAGEMENT + "/services", "{}")
        .on("GET " + MANAGEMENT + "/operations/o1", "{\"state\":\"Succeeded\"}");
    Files.writeString(folder.resolve("rows.csv"), "a,b\n1,2\n3,4\n");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Cli.Ran run(String... words) {
    return cli.run(
        Stream.of(
                Stream.of("profile", "ridge", "--requests", folder.resolve("rows.csv").toString()),
                Stream.of(words),
                Stream.of("--data", server.data.toString(), "--path", folder.toString()))
            .flatMap(s -> s)
            .toArray(String[]::new));
  }

  private Optional<String> first(String beginning) {
    synchronized (server.calls) {
      return server.calls.stream().filter(call -> call.startsWith(beginning)).findFirst();
    }
  }

  @Test
  void measuresACopyWithTheLimitsOfTheOriginalAndRemovesIt() {
    server.on("DELETE " + MANAGEMENT + "/services/", "{}");
    var ran = run("--seconds", "1", "--max-requests", "100", "--replicas", "1");

    // The fake has no scoring route for a name that is drawn: the copy was begun, and is gone.
    assertThat(ran.code()).isNotZero();
    var matcher = COPY.matcher(first("POST " + MANAGEMENT + "/services {").orElseThrow());
    assertThat(matcher.find()).isTrue();
    var wanted =
        Wire.parse(first("POST " + MANAGEMENT + "/services {").orElseThrow().split(" ", 3)[2]);
    assertThat(wanted.path("computeName").asString("")).isEqualTo("myaks");
    assertThat(wanted.path("maxConcurrentRequestsPerContainer").asInt(0)).isEqualTo(2);
    assertThat(wanted.path("autoScaler").path("autoscaleEnabled").asBoolean(true)).isFalse();
    assertThat(wanted.path("kvTags").path("gatehouse.profile").asString("")).isEqualTo("temporary");
    assertThat(first("DELETE " + MANAGEMENT + "/services/" + matcher.group(1))).isPresent();
  }

  @Test
  void saysWhyACopyCouldNotBeStartedAndRemovesIt() {
    server.on(
        "GET " + MANAGEMENT + "/operations/o1",
        "{\"state\":\"Failed\",\"error\":{\"code\":\"x\",\"message\":\"no memory left\"}}");
    var ran = run("--seconds", "1");

    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.err())
        .contains("The copy of the service could not be started", "no memory left");
    assertThat(first("DELETE " + MANAGEMENT + "/services/profile-")).isPresent();
  }

  @Test
  void refusesWhatCannotBeMeasuredBeforeItBegins() throws Exception {
    Files.writeString(folder.resolve("bad.jsonl"), "{\"data\": 1}\n{oops\n");
    assertThat(run("--seconds", "0").err()).contains("--seconds: 0.0 (expected: 1 to 3600)");
    assertThat(run("--max-requests", "5").err()).contains("expected: at least 100");
    assertThat(run("--replicas", "0").err()).contains("expected: numbers from 1 to 32");
    assertThat(run("--rate", "-1").err()).contains("must be above 0");
    assertThat(run("--requests", folder.resolve("none").toString()).code())
        .isEqualTo(ExitCode.USAGE);
    assertThat(first("POST " + MANAGEMENT + "/services ")).isEmpty();
  }
}
