package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class UsageTest {
  @TempDir Path folder;

  private Cli cli() {
    return new Cli(folder, Map.of("XDG_DATA_HOME", folder.toString()));
  }

  @Test
  void saysWhatIsWrongInOneLineAndWhereToLook() {
    Map<String, String> wrong =
        Map.of(
            "up --detach --https-port many", "--https-port",
            "env --shell cmd", "cmd",
            "cluster add --local --name n", "--resource-group",
            "cluster add --name n -g g", "--local",
            "cluster add --local --name a/b -g g", "a/b",
            "dns hosts --write --remove", "--remove",
            "status --nothing", "--nothing",
            "up", "--detach");
    wrong.forEach((line, word) -> {
      var ran = cli().run(line.split(" "));
      assertThat(ran.code()).as(line).isEqualTo(ExitCode.USAGE);
      assertThat(ran.err()).as(line).startsWith("gatehouse: ").contains(word);
    });
  }

  @Test
  void guessesWhatWasMeant() {
    var ran = cli().run("stats");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("status");
  }

  @Test
  void describesEveryCommandWithAnExample() {
    everyCommandOf(
        Main.commandLine(
            new Context(
                Map.of(),
                folder,
                false,
                new Timer(java.time.Instant::now),
                _ -> java.util.List.of(),
                _ -> java.util.Optional.empty())));
  }

  private static void everyCommandOf(CommandLine line) {
    String usage = line.getUsageMessage(CommandLine.Help.Ansi.OFF);
    assertThat(line.getCommandSpec().usageMessage().description()).hasSize(1);
    if (line.getSubcommands().isEmpty()) {
      assertThat(usage).contains("Example").contains("--data").contains("./gatehouse ");
    }
    line.getSubcommands().values().forEach(UsageTest::everyCommandOf);
  }

  @Test
  void tellsItsVersion() {
    assertThat(cli().run("version").out()).startsWith("Gatehouse ").contains("Java");
    assertThat(cli().run("version", "--json").out()).contains("\"version\":");
    assertThat(cli().run("--version").code()).isZero();
  }

  @Test
  void needsTheFilesOfTheCheckoutForTheDemo() {
    var ran = cli().run("demo", "--once", "--data", folder.resolve("d").toString());
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("whole checkout");
  }

  @Test
  void findsItsFoldersWhereTheSystemKeepsThem() {
    var context =
        new Context(
            Map.of("XDG_CACHE_HOME", "/c", "XDG_DATA_HOME", ""),
            folder,
            false,
            new Timer(java.time.Instant::now),
            _ -> java.util.List.of(),
            _ -> java.util.Optional.empty());
    assertThat(context.demoFolder()).isEqualTo(Path.of("/c/gatehouse/demo"));
    assertThat(context.dataFolder().toString()).endsWith("/.local/share/gatehouse");
  }
}
