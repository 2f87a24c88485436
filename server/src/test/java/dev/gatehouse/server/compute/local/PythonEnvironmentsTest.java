package dev.gatehouse.server.compute.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

final class PythonEnvironmentsTest {

  /** Makes what uv makes as far as we look at it; requirements named fail-* choose a failure. */
  private static final String FAKE_UV =
      """
      #!/bin/sh
      echo "uv $*" >>"$0.calls"
      if [ "$1" = venv ]; then
        mkdir -p "$5/bin" && cp "$4" "$5/bin/python" && exit 0
      fi
      echo "Resolving $(wc -l <"$6") requirements"
      grep -q fail-hang "$6" && exec sleep 600
      if grep -q fail-python "$6" && grep -q 3.9.1 "$4"; then
        echo 'Because the current Python version (3.9.1) does not satisfy Python>=3.11 and fail-python depends'; exit 1
      fi
      if grep -q fail-pin "$6"; then
        echo '  cause: Because there is no version of fail-pin==1 and you require fail-pin==1, we can'; exit 1
      fi
      cp "$6" "$(dirname "$4")/../installed"
      """;

  @TempDir Path folder;
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void machine() throws IOException {
    script(folder.resolve("uv"), FAKE_UV);
    for (var version : List.of("3.9.1", "3.11.2", "3.12.0")) {
      var name = "bin/python" + version.substring(0, version.lastIndexOf('.'));
      script(
          folder.resolve(name), "#!/bin/sh\necho '" + folder.resolve(name) + "|" + version + "'\n");
    }
    script(folder.resolve("bin/python3"), "#!/bin/sh\nexit 127\n");
  }

  @Test
  void buildsOnceAndFindsItAgain() throws Exception {
    var spec = EnvironmentSpec.standard();
    var first = environments().obtain(spec, log::add);
    var second = environments().obtain(spec, log::add);
    assertThat(second).isEqualTo(first);
    assertThat(calls()).hasSize(2);
    assertThat(Files.readAllLines(folder.resolve("envs/" + first.digest() + "/installed")))
        .containsExactly("inference-schema", "joblib", "numpy");
    assertThat(log)
        .anyMatch(line -> line.startsWith("Resolving"))
        .last()
        .asString()
        .endsWith("exists already.");
  }

  @Test
  void buildsOnceForManyAtTheSameTime() throws Exception {
    var environments = environments();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        executor.submit(() -> environments.obtain(EnvironmentSpec.standard(), log::add));
      }
    }
    assertThat(calls()).hasSize(2);
  }

  @Test
  void startsOverWhatACrashLeft() throws Exception {
    var first = environments().obtain(EnvironmentSpec.standard(), log::add);
    var built = folder.resolve("envs").resolve(first.digest());
    Files.delete(built.resolve(".complete"));
    Files.writeString(built.resolve("half"), "");
    environments().obtain(EnvironmentSpec.standard(), log::add);
    assertThat(built.resolve("half")).doesNotExist();
  }

  @Test
  void takesTheNearestInterpreterAndSaysSo() throws Exception {
    environments().obtain(conda("\"python=3.10.18\""), log::add);
    assertThat(log)
        .contains("Warning: Python 3.10.18 is not on this machine; Python 3.11.2 is used.");
    assertThat(calls().getFirst()).contains("bin/python3.11");
  }

  @Test
  void triesANewerInterpreterWhenARequirementNeedsIt() throws Exception {
    var built = environments().obtain(conda("\"python=3.9\", \"fail-python\""), log::add);
    assertThat(Files.readString(built.python())).contains("3.11.2");
    assertThat(log)
        .contains(
            "Warning: fail-python needs Python>=3.11, but the environment has Python 3.9.1. Python 3.11.2 is tried.");
  }

  @Test
  void failureNamesThePinAndLeavesNothing() throws IOException {
    assertThatThrownBy(() -> environments().obtain(conda("\"fail-pin==1\""), log::add))
        .isInstanceOf(EnvironmentFault.class)
        .hasMessage("The package index has no fail-pin==1.")
        .extracting(e -> ((EnvironmentFault) e).lastLines())
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .hasSize(2);
    assertThat(folder.resolve("envs")).isEmptyDirectory();
  }

  @Test
  void slowBuildIsEnded() {
    assertThatThrownBy(() ->
            environments(Duration.ofMillis(200), Map.of()).obtain(conda("\"fail-hang\""), log::add))
        .hasMessageContaining("took longer than")
        .extracting(e -> ((EnvironmentFault) e).temporary())
        .isEqualTo(true);
  }

  @Test
  void foreignIndexesAreOnlyFollowedWhenAllowed() throws Exception {
    var spec = conda("{\"pip\": [\"--extra-index-url https://other.test\", \"a\"]}");
    environments().obtain(spec, log::add);
    assertThat(log)
        .anyMatch(line -> line.contains("'--extra-index-url https://other.test' is not followed"));
    var settings = settings(Duration.ofSeconds(20), Map.of());
    var open =
        new EnvironmentSettings(
            settings.folder(),
            settings.uv(),
            settings.searchPath(),
            settings.timeout(),
            true,
            Map.of());
    var built = new PythonEnvironments(open).obtain(spec, log::add);
    assertThat(folder.resolve("envs/" + built.digest() + "/installed"))
        .content()
        .startsWith("--extra-index-url");
  }

  @Test
  void condaBuildsWhatItIsHereFor() throws Exception {
    script(
        folder.resolve("bin/micromamba"),
        "#!/bin/sh\necho \"conda $*\" >>'"
            + folder.resolve("uv.calls")
            + "'; mkdir -p \"$4/bin\"; touch \"$4/bin/python\"\n");
    environments().obtain(conda("\"python=3.10\", \"numpy=1.26\""), log::add);
    assertThat(calls().getFirst())
        .startsWith("conda create --yes --prefix ")
        .endsWith(" --channel c python=3.10 numpy=1.26");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void ownInterpreterMustExist() throws Exception {
    var own = folder.resolve("bin/python3.12").toString();
    assertThat(environments().obtain(userManaged(own), log::add).python()).hasToString(own);
    assertThatThrownBy(() -> environments().obtain(userManaged("/not/there"), log::add))
        .hasMessageContaining("/not/there");
  }

  @Test
  void saysWhenThereIsNoPythonOrNoUv() {
    var settings = settings(Duration.ofSeconds(20), Map.of());
    var noPython =
        new EnvironmentSettings(
            folder,
            settings.uv(),
            List.of(folder.resolve("none")),
            settings.timeout(),
            false,
            Map.of());
    var noUv =
        new EnvironmentSettings(
            folder,
            folder.resolve("no"),
            settings.searchPath(),
            settings.timeout(),
            false,
            Map.of());
    assertThatThrownBy(
            () -> new PythonEnvironments(noPython).obtain(EnvironmentSpec.standard(), log::add))
        .hasMessageContaining("no Python 3.8");
    assertThatThrownBy(
            () -> new PythonEnvironments(noUv).obtain(EnvironmentSpec.standard(), log::add))
        .hasMessageContaining("cannot be started");
  }

  @Test
  void buildsWithTheRealUv() throws Exception {
    var path = Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(Path::of).toList();
    var uv = realUv(path);
    assumeThat(uv).isPresent();
    var settings =
        new EnvironmentSettings(
            folder.resolve("real"),
            uv.orElseThrow(),
            interpreterFolder(),
            Duration.ofSeconds(60),
            false,
            Map.of("UV_OFFLINE", "1"));
    var spec = new EnvironmentSpec("", List.of(), List.of(), List.of(), List.of(), "", List.of());
    var built = new PythonEnvironments(settings).obtain(spec, log::add);
    var answer =
        new ProcessBuilder(built.python().toString(), "-c", "import sys; print(sys.prefix)")
            .start();
    assertThat(answer.inputReader().readLine()).endsWith(built.digest());
    assertThatThrownBy(() ->
            new PythonEnvironments(settings).obtain(conda("\"surely-not-cached-here\""), log::add))
        .isInstanceOf(EnvironmentFault.class);
  }

  /** Only one folder of the path: asking all the interpreters of a machine takes its time. */
  private static List<Path> interpreterFolder() throws IOException {
    var python = new ProcessBuilder("python3", "-c", "import sys; print(sys.base_prefix)").start();
    return List.of(Path.of(python.inputReader().readLine(), "bin"));
  }

  private static Optional<Path> realUv(List<Path> path) {
    var named = Optional.ofNullable(System.getenv("GATEHOUSE_PYTHON_UV")).map(Path::of);
    return Stream.concat(named.stream(), path.stream().map(p -> p.resolve("uv")))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private PythonEnvironments environments() {
    return environments(Duration.ofSeconds(20), Map.of());
  }

  private PythonEnvironments environments(Duration timeout, Map<String, String> process) {
    return new PythonEnvironments(settings(timeout, process));
  }

  private EnvironmentSettings settings(Duration timeout, Map<String, String> process) {
    return new EnvironmentSettings(
        folder.resolve("envs"),
        folder.resolve("uv"),
        List.of(folder.resolve("none"), folder.resolve("bin")),
        timeout,
        false,
        new HashMap<>(process));
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(folder.resolve("uv.calls"));
  }

  private static EnvironmentSpec conda(String dependencies) {
    return EnvironmentSpec.parse(
        new JsonMapper()
            .readTree(
                "{\"python\": {\"condaDependencies\": {\"channels\": [\"c\"], \"dependencies\": ["
                    + dependencies
                    + "]}}}"));
  }

  private static EnvironmentSpec userManaged(String interpreter) {
    return new EnvironmentSpec(
        "", List.of(), List.of(), List.of(), List.of(), interpreter, List.of());
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
