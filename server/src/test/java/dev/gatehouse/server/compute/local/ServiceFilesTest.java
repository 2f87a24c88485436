package dev.gatehouse.server.compute.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.server.compute.local.ServiceContents.Code;
import dev.gatehouse.server.compute.local.ServiceContents.Model;
import dev.gatehouse.server.compute.local.ServiceFiles.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServiceFilesTest {

  private static final Map<String, String> NAMED =
      Map.of("AZUREML_ENTRY_SCRIPT", "src/score.py", "AZUREML_SOURCE_DIRECTORY", "src");

  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void store() throws IOException {
    target = folder.resolve("app");
    Files.writeString(folder.resolve("blob"), "stored");
    Files.createDirectories(folder.resolve("src/sub/" + "deep/".repeat(30)));
    Files.writeString(folder.resolve("src/score.py"), "x = 1");
    Files.writeString(folder.resolve("src/sub/" + "deep/".repeat(30) + "h.py"), "long name");
  }

  @Test
  void oneModelIsItsOwnFolder() throws Exception {
    var files =
        lay(
            new ServiceContents(
                List.of(code("score.py")), List.of(model("m", 3)), Map.of(), "score.py"));
    assertThat(files.modelDir()).isEqualTo(target.resolve("azureml-models/m/3"));
    assertThat(files.modelDir().resolve("dir/a b.txt")).hasContent("stored");
    assertThat(files.environment())
        .containsEntry("AML_APP_ROOT", target.toString())
        .containsEntry("AZUREML_MODEL_DIR", files.modelDir().toString())
        .containsEntry("AZUREML_ENTRY_SCRIPT", "score.py");
  }

  @Test
  void severalModelsShareOneFolder() {
    var contents =
        new ServiceContents(List.of(), List.of(model("m", 1), model("n", 2)), Map.of(), "");
    var files = lay(contents);
    assertThat(files.modelDir()).isEqualTo(target.resolve("azureml-models"));
    assertThat(files.modelDir().resolve("n/2/dir/a b.txt")).exists();
    assertThat(ServiceFiles.existing(contents, target)).isEqualTo(files);
  }

  @Test
  void copiesAreNotTheStoredFile() throws IOException {
    var files =
        ServiceFiles.lay(
            new ServiceContents(List.of(), List.of(model("m", 1)), Map.of(), ""),
            target,
            Placement.COPY,
            100);
    Files.writeString(files.modelDir().resolve("dir/a b.txt"), "changed");
    assertThat(folder.resolve("blob")).hasContent("stored");
  }

  @ParameterizedTest
  @CsvSource({"--format=pax", "--format=gnu", "--format=ustar"})
  void unpacksEachFormatAndFindsTheEntryScript(String format) throws Exception {
    var tar = tar(format, "src");
    var files = lay(new ServiceContents(List.of(code("tmp.py"), tar), List.of(), NAMED, "tmp.py"));
    assertThat(files.environment()).containsEntry("AZUREML_ENTRY_SCRIPT", "src/score.py");
    assertThat(target.resolve("src/sub/" + "deep/".repeat(30) + "h.py")).hasContent("long name");
  }

  @Test
  void takesTheDriverWhenTheEnvironmentNamesNothingThatIsThere() {
    var files = lay(new ServiceContents(List.of(code("tmp.py")), List.of(), NAMED, "tmp.py"));
    assertThat(files.environment()).containsEntry("AZUREML_ENTRY_SCRIPT", "tmp.py");
  }

  @Test
  void namesAMissingEntryScriptAndLeavesNothing() {
    assertThatThrownBy(() -> lay(new ServiceContents(List.of(), List.of(), NAMED, "")))
        .isInstanceOf(FilesFault.class)
        .hasMessage("The entry script src/score.py is not among the uploaded files.");
    assertThat(folder.resolve("app.new")).doesNotExist();
    assertThat(target).doesNotExist();
  }

  @Test
  void refusesNamesThatLeadOutside() {
    for (var name : List.of("../x", "/etc/x", ".", "a/../../x", "")) {
      assertThatThrownBy(
              () -> lay(new ServiceContents(List.of(code(name)), List.of(), Map.of(), "")))
          .isInstanceOf(FilesFault.class);
    }
    assertThatThrownBy(
            () -> lay(new ServiceContents(List.of(), List.of(model("..", 1)), Map.of(), "")))
        .hasMessageContaining("expected: a relative path");
  }

  @Test
  void refusesArchivesThatLeadOutside() throws Exception {
    Files.createSymbolicLink(folder.resolve("out"), Path.of("/etc"));
    Files.createSymbolicLink(folder.resolve("up"), Path.of("../../x"));
    Files.createSymbolicLink(folder.resolve("in"), Path.of("src"));
    assertRefused("points outside", tar("--format=pax", "out"));
    assertRefused("points outside", tar("--format=pax", "up"));
    assertRefused(
        "expected: a relative path",
        tar("--format=pax", "-P", "src/../../" + folder.getFileName() + "/blob"));
    assertRefused(
        "reached through a link",
        tar("--format=pax", "src", "in", "--transform=s,blob,in/y,", "blob"));
    assertRefused("comes twice", tar("--format=pax", "--hard-dereference", "blob", "blob"));
  }

  @Test
  void linksInsideAreFine() throws Exception {
    Files.createSymbolicLink(folder.resolve("src/soft.py"), Path.of("score.py"));
    Files.createLink(folder.resolve("src/hard.py"), folder.resolve("src/score.py"));
    lay(
        new ServiceContents(
            List.of(tar("--format=gnu", "--sort=name", "src")), List.of(), Map.of(), ""));
    assertThat(target.resolve("src/soft.py")).hasContent("x = 1");
    assertThat(target.resolve("src/score.py")).hasContent("x = 1");
  }

  @Test
  void refusesDevicesBombsAndRubbish() throws Exception {
    run("mkfifo", folder.resolve("pipe").toString());
    assertRefused("neither a file", tar("--format=pax", "pipe"));
    Files.write(folder.resolve("big"), new byte[200_000]);
    assertRefused("more than 100000 bytes", tar("--format=pax", "big"));
    assertRefused("not a complete gzip", new Code("t.tar.gz", folder.resolve("blob"), true));
    run("gzip", "-k", folder.resolve("big").toString());
    assertThat(folder.resolve("big.gz")).exists();
    run("sh", "-c", "seq 1000 | gzip >" + folder.resolve("text.gz"));
    assertRefused("not a tar archive", new Code("t.tar.gz", folder.resolve("text.gz"), true));
  }

  @Test
  void damagedArchivesAreRefusedOrHarmless() throws Exception {
    var plain = folder.resolve("plain.tar");
    run("tar", "-C", folder.toString(), "--format=pax", "-cf", plain.toString(), "src");
    var original = Files.readAllBytes(plain);
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      var damaged = original.clone();
      for (int i = 0; i < 4; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      var file = folder.resolve("damaged.tar.gz");
      try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(file))) {
        out.write(damaged);
      }
      try {
        lay(new ServiceContents(List.of(new Code("d", file, true)), List.of(), Map.of(), ""));
        Trees.delete(target);
      } catch (FilesFault expected) {
        assertThat(expected).as("seed " + seed).hasMessageContaining("d");
      }
    }
    assertThat(folder.resolve("app.new")).doesNotExist();
  }

  private void assertRefused(String reason, Code archive) {
    var contents = new ServiceContents(List.of(archive), List.of(), Map.of(), "");
    assertThatThrownBy(() -> lay(contents))
        .isInstanceOf(FilesFault.class)
        .hasMessageContaining(reason);
    assertThat(target).doesNotExist();
  }

  private ServiceFiles lay(ServiceContents contents) {
    return ServiceFiles.lay(contents, target, Placement.LINK, 100_000);
  }

  private Code code(String name) {
    return new Code(name, folder.resolve("blob"), false);
  }

  private Model model(String name, int version) {
    return new Model(name, version, Map.of("dir/a b.txt", folder.resolve("blob")));
  }

  private Code tar(String... words) throws Exception {
    var file = folder.resolve("code.tar.gz");
    var command =
        new java.util.ArrayList<>(List.of("tar", "-C", folder.toString(), "-czf", file.toString()));
    command.addAll(List.of(words));
    run(command.toArray(String[]::new));
    return new Code("code.tar.gz", file, true);
  }

  private static void run(String... words) throws Exception {
    assertThat(
            new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor())
        .isZero();
  }
}
