package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  @TempDir Path folder;
  private FakeServer server;
  private Cli cli;
  private String data;

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer(folder);
    cli = new Cli(server.home, Map.of("MSI_ENDPOINT", "https://elsewhere"));
    data = server.data.toString();
  }

  @AfterEach
  void stop() throws Exception {
    cli.run("down", "--data", data);
    server.close();
  }

  @Test
  void startsDetachedAndStopsAgain() {
    var up = cli.run("up", "--detach", "--data", data, "--https-port", "0");
    assertThat(up.code()).as(up.err()).isZero();
    assertThat(up.out()).contains("Gatehouse is ready: --https-port 0");
    assertThat(server.data.resolve("logs/gatehouse.out")).isEmptyFile();
    var status = cli.run("status", "--json", "--data", data);
    assertThat(status.code()).as(status.err()).isZero();
    assertThat(Wire.parse(status.out()).path("https").asString()).isEqualTo(server.address());
    assertThat(cli.run("down", "--data", data).out()).contains("stopped");
    assertThat(cli.run("status", "--data", data).code()).isEqualTo(ExitCode.NOT_RUNNING);
  }

  @Test
  void startsOnlyOnce() {
    cli.run("up", "--detach", "--data", data);
    var again = cli.run("up", "--detach", "--data", data, "--http-port", "2");
    assertThat(again.code()).isZero();
    assertThat(again.out()).contains("runs already").contains("workspace  w in g");
    var elsewhere = cli.run("up", "--detach", "--data", data, "--http-port", "81");
    assertThat(elsewhere.code()).isEqualTo(ExitCode.FAILED);
    assertThat(elsewhere.err()).contains("other ports");
  }

  @Test
  void showsTheLastLinesOfAServerThatCannotStart() throws Exception {
    server.launcher("echo 'gatehouse: port 1 is taken' >&2; exit 2");
    var up = cli.run("up", "--detach", "--data", data);
    assertThat(up.code()).isEqualTo(ExitCode.USAGE);
    assertThat(up.err()).contains("ended before it was ready").contains("port 1 is taken");
    server.launcher("exit 9");
    assertThat(cli.run("up", "--detach", "--data", data).code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void killsAServerThatDoesNotStop() throws Exception {
    server.launcher(
        """
        cp "$home/admin.json" "$data/admin.json"
        trap '' TERM
        sed "s/\\"@PID@\\"/$$/" "$home/status.json" > "$data/status.new"
        mv "$data/status.new" "$data/status.json"
        while :; do sleep 0.05; done
        """);
    cli.run("up", "--detach", "--data", data);
    var down = cli.run("down", "--wait", "0", "--data", data);
    assertThat(down.code()).isZero();
    assertThat(down.err()).contains("was killed");
    assertThat(cli.run("down", "--data", data).out()).contains("is not running");
  }

  @Test
  void neverTakesAnotherProgramForTheServer() throws Exception {
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      server.pretend(other.pid());
      assertThat(cli.run("down", "--data", data).out()).contains("is not running");
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroy();
    }
  }

  @Test
  void saysHowToStartWhatIsNotRunning() {
    for (String command : new String[] {"status", "env", "cluster list", "dns hosts"}) {
      var ran = cli.run((command + " --data " + data).split(" "));
      assertThat(ran.code()).as(command).isEqualTo(ExitCode.NOT_RUNNING);
      assertThat(ran.err()).contains("./gatehouse up --detach --data '" + data + "'");
    }
    assertThat(cli.run("status", "--json", "--data", data).out().strip())
        .isEqualTo("{\"ready\":false}");
  }

  @Test
  void isNotReadyWhenThePortDoesNotAnswer() {
    cli.run("up", "--detach", "--data", data);
    server.close();
    var status = cli.run("status", "--data", data);
    assertThat(status.code()).isEqualTo(ExitCode.NOT_RUNNING);
    assertThat(status.err()).contains("does not answer").contains("gatehouse.log");
    assertThat(cli.run("cluster", "list", "--data", data).code()).isEqualTo(ExitCode.NOT_RUNNING);
  }

  @Test
  void saysWhatIsWrongWithAStatusFile() throws Exception {
    Files.createDirectories(server.data);
    Files.writeString(server.data.resolve("status.json"), "{}");
    var status = cli.run("status", "--data", data);
    assertThat(status.code()).isEqualTo(ExitCode.USAGE);
    assertThat(status.err()).contains("status.json cannot be read: 'https' is missing");
  }

  @Test
  void printsWhatAShellEvaluatesUnharmed() throws Exception {
    cli.run("up", "--detach", "--data", data);
    var env = cli.run("env", "--data", data, "--config", folder.resolve("project").toString());
    assertThat(env.code()).as(env.err()).isZero();
    Process shell =
        new ProcessBuilder(
                "sh",
                "-c",
                "eval \"$1\"; printenv AZUREML_SERVICE_PRINCIPAL_PASSWORD; echo \"${MSI_ENDPOINT-gone}\"",
                "sh",
                env.out())
            .start();
    assertThat(new String(shell.getInputStream().readAllBytes())).isEqualTo("it's\ngone\n");
    assertThat(
            Wire.parse(Files.readString(folder.resolve("project/config.json")))
                .path("workspace_name")
                .asString())
        .isEqualTo("w");
    assertThat(env.err()).contains("wrote " + folder.resolve("project/config.json"));
  }

  @Test
  void keepsTheConfigOfAnotherWorkspace() throws Exception {
    cli.run("up", "--detach", "--data", data);
    Files.writeString(folder.resolve("config.json"), "another");
    cli.run("env", "--data", data, "--config", folder.toString());
    cli.run("env", "--data", data, "--config", folder.toString());
    assertThat(folder.resolve("config.json.old")).hasContent("another");
  }

  @Test
  void tellsScriptsEverythingThatTheyNeed() throws Exception {
    cli.run("up", "--detach", "--data", data);
    var variables = Wire.parse(cli.run("env", "--json", "--data", data).out());
    assertThat(variables.propertyNames())
        .contains("ARM_CLOUD_METADATA_URL", "AZUREML_CURRENT_CLOUD", "AML_SUB", "AML_RG", "AML_WS");
    assertThat(variables.path("GATEHOUSE_DNS").asString()).isEqualTo("127.0.0.1:3");
    assertThat(Path.of(variables.path("AZURE_CONFIG_DIR").asString())).doesNotExist();
    assertThat(Path.of(variables.path("SSL_CERT_FILE").asString()))
        .content()
        .contains(Files.readString(server.home.resolve("ca.pem")).strip());
    var managed = cli.run("env", "--managed-identity", "--shell", "fish", "--data", data).out();
    assertThat(managed)
        .contains("set -gx MSI_ENDPOINT '" + server.base() + "/msi/token/x'")
        .doesNotContain("PASSWORD");
  }

  @Test
  void registersAndListsClusters() {
    server
        .on("PUT /gatehouse/clusters/g/n", "{}")
        .on("GET /gatehouse/clusters", "{\"value\":[{\"resourceGroup\":\"g\",\"name\":\"n\"}]}");
    cli.run("up", "--detach", "--data", data);
    var add = cli.run("cluster", "add", "--local", "-g", "g", "--name", "n", "--data", data);
    assertThat(add.code()).as(add.err()).isZero();
    assertThat(server.calls).contains("PUT /gatehouse/clusters/g/n {\"kind\":\"local\"}");
    assertThat(cli.run("cluster", "list", "--data", data).out()).contains("g  ").contains("n");
    assertThat(Wire.parse(cli.run("cluster", "list", "--json", "--data", data).out())).hasSize(1);
  }

  @Test
  void passesOnWhatTheServerRefuses() {
    cli.run("up", "--detach", "--data", data);
    var add = cli.run("cluster", "add", "--local", "-g", "g", "--name", "n", "--data", data);
    assertThat(add.code()).isEqualTo(ExitCode.FAILED);
    assertThat(add.err()).isEqualTo("gatehouse: no answer to PUT /gatehouse/clusters/g/n\n");
  }

  @Test
  void keepsTheNamesInAHostsFile() throws Exception {
    server.on(
        "GET /gatehouse/names", "{\"names\":[{\"name\":\"a.local\",\"address\":\"127.0.0.1\"}]}");
    cli.run("up", "--detach", "--data", data);
    Path hosts = Files.writeString(folder.resolve("hosts"), "::1 localhost\n");
    assertThat(cli.run("dns", "hosts", "--data", data).out())
        .isEqualTo("# BEGIN gatehouse\n127.0.0.1 a.local\n# END gatehouse\n");
    var json = Wire.parse(cli.run("dns", "hosts", "--json", "--data", data).out());
    assertThat(json.path("names").path(0).path("name").asString()).isEqualTo("a.local");
    var write = cli.run("dns", "hosts", "--write", "--file", hosts.toString(), "--data", data);
    assertThat(write.out()).contains("has 1 names");
    assertThat(hosts).content().startsWith("::1 localhost\n# BEGIN").contains("a.local");
    cli.run("dns", "hosts", "--remove", "--file", hosts.toString(), "--data", data);
    assertThat(hosts).hasContent("::1 localhost\n");
  }
}
