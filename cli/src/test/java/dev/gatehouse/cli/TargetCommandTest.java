package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TargetCommandTest {
  private static final String ALL = "/computes";
  private static final String TARGET =
      """
      {"id":"/x/computes/myaks","name":"myaks","location":"local","tags":null,
       "properties":{"provisioningState":"Succeeded","provisioningErrors":null}}
      """;

  @TempDir Path folder;
  private FakeServer server;
  private Cli cli;

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer(folder).running();
    cli = new Cli(server.home, Map.of());
    at("s", "g", "w");
  }

  private void at(String subscription, String group, String workspace) {
    String path = path(subscription, group, workspace);
    server
        .on("GET " + path, "{\"location\":\"local\"}")
        .on("GET " + path + ALL, "{\"value\":[" + TARGET + "]}")
        .on("GET " + path + ALL + "/myaks", TARGET)
        .on("PUT " + path + ALL + "/myaks", "{}")
        .on("DELETE " + path + ALL + "/myaks", "{}")
        .on("POST " + path + ALL + "/myaks/listKeys", "{\"userKubeConfig\":null}")
        .on("GET /computeOperation", "{\"status\":\"Succeeded\"}");
  }

  private static String path(String subscription, String group, String workspace) {
    return new dev.gatehouse.api.WorkspaceId(subscription, group, workspace).path();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Cli.Ran ml(String... words) {
    return cli.run(
        Stream.of(
                Stream.of("ml", "computetarget"),
                Stream.of(words),
                Stream.of("--data", server.data.toString(), "--path", folder.toString()))
            .flatMap(s -> s)
            .toArray(String[]::new));
  }

  private JsonNode sent() {
    String call = server.calls.stream().filter(each -> each.startsWith("PUT")).toList().getLast();
    return Wire.parse(call.substring(call.indexOf('{')));
  }

  private JsonNode ssl() {
    return sent().path("properties").path("properties").path("sslConfiguration");
  }

  @Test
  void takesTheLineOfTheArticleThatRenews() {
    at("s", "myresourcegroup", "myresourceworkspace");
    var ran =
        ml(
            "update aks -g myresourcegroup -w myresourceworkspace -n myaks --ssl-leaf-domain-label myaks --ssl-overwrite-domain True --ssl-renew"
                .split(" "));
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ssl())
        .isEqualTo(
            Wire.parse(
                "{\"status\":\"Auto\",\"leafDomainLabel\":\"myaks\",\"overwriteExistingDomain\":true,\"renew\":true}"));
    assertThat(ran.err()).contains("ok     update the compute target 'myaks'");
    assertThat(Wire.parse(ran.out()).propertyNames())
        .containsExactly("name", "provisioningState", "location", "provisioningErrors");
  }

  @Test
  void takesTheLineOfTheArticleThatBringsACertificate() throws Exception {
    String cert = Files.writeString(folder.resolve("cert.pem"), "C").toString();
    String key = Files.writeString(folder.resolve("key.pem"), "K").toString();
    var ran =
        ml(
            "update",
            "aks",
            "-n",
            "myaks",
            "--ssl-cname",
            "myaks",
            "--ssl-cert-file",
            cert,
            "--ssl-key-file",
            key,
            "-o",
            "none");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).isEmpty();
    assertThat(ssl())
        .isEqualTo(
            Wire.parse(
                "{\"status\":\"Enabled\",\"cname\":\"myaks\",\"cert\":\"C\",\"key\":\"K\"}"));
  }

  @Test
  void understandsFlagsWithAndWithoutAValue() {
    ml("update", "aks", "-n", "myaks", "--ssl-disable");
    assertThat(ssl()).isEqualTo(Wire.parse("{\"status\":\"Disabled\"}"));
    ml("update", "aks", "-n", "myaks", "--ssl-disable", "false", "--ssl-renew", "TRUE");
    assertThat(ssl()).isEqualTo(Wire.parse("{\"status\":\"Auto\",\"renew\":true}"));
  }

  @Test
  void createsWithEverythingThatWasSaid() {
    var ran =
        ml(
            "create aks -n myaks -a 2 -s Big --cluster-purpose DevTest -l eastus --load-balancer-type InternalLoadBalancer --load-balancer-subnet sub --service-cidr 10.0.0.0/16 --dns-service-ip 10.0.0.10 --docker-bridge-cidr 172.17.0.1/16 --vnet-name v --subnet-name n --ssl-leaf contoso -o tsv"
                .split(" "));
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).isEqualTo("myaks\tSucceeded\tlocal\tNone\n");
    JsonNode inner = sent().path("properties").path("properties");
    assertThat(sent().path("properties").path("computeLocation").asString("")).isEqualTo("eastus");
    assertThat(inner.path("agentCount").asInt(0)).isEqualTo(2);
    assertThat(inner.path("aksNetworkingConfiguration").path("subnetId").asString(""))
        .isEqualTo(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n");
    assertThat(ssl().path("leafDomainLabel").asString("")).isEqualTo("contoso");
  }

  @Test
  void attachesAndDoesNotWaitWhenTold() {
    var ran = ml("attach", "aks", "-n", "myaks", "-i", "/the/cluster", "--no-wait", "-v");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(sent().path("properties").path("resourceId").asString("")).isEqualTo("/the/cluster");
    assertThat(server.calls).noneMatch(call -> call.contains("computeOperation"));
    assertThat(Wire.parse(ran.out()).path("id").asString("")).isEqualTo("/x/computes/myaks");
  }

  @Test
  void showsTargetsInEveryForm() {
    assertThat(Wire.parse(ml("show", "-n", "myaks").out())).isEqualTo(Wire.parse(TARGET));
    assertThat(ml("list", "--outp", "table").out())
        .isEqualTo("Name   ProvisioningState\n-----  -----------------\nmyaks  Succeeded\n");
    assertThat(Wire.parse(ml("list", "-o", "jsonc").out())).hasSize(1);
    assertThat(ml("get-credentials", "-n", "myaks").out()).contains("userKubeConfig");
    assertThat(ml("show", "-n", "myaks", "-o", "table").out()).contains("Id").contains("{");
  }

  @Test
  void printsWhatAQueryFinds() {
    assertThat(ml("list", "--query", "[?provisioningState=='Succeeded'].name", "-o", "tsv").out())
        .isEqualTo("myaks\n");
    assertThat(Wire.parse(ml("show", "-n", "myaks", "--query", "{n: name, l: length(name)}").out()))
        .isEqualTo(Wire.parse("{\"n\":\"myaks\",\"l\":5}"));
    assertThat(ml("list", "--query", "[].[name, location]", "-o", "table").out())
        .isEqualTo("Column1  Column2\n-------  -------\nmyaks    local\n");
    assertThat(ml("list", "--query", "[].name", "-o", "table").out())
        .isEqualTo("Result\n------\nmyaks\n");
    assertThat(ml("list", "--query", "[].{Name: name, Tags: tags}", "-o", "table").out())
        .isEqualTo("Name\n-----\nmyaks\n");
    assertThat(ml("show", "-n", "myaks", "--query", "nothing").out()).isEmpty();
    assertThat(ml("show", "-n", "myaks", "--query", "name == 'myaks'", "-o", "tsv").out())
        .isEqualTo("true\n");
  }

  @Test
  void refusesAQueryBeforeAnythingIsDone() {
    var ran = ml("update", "aks", "-n", "myaks", "--ssl-renew", "--query", "[");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("--query is no JMESPath");
    assertThat(server.calls).noneMatch(call -> call.startsWith("PUT"));
    assertThat(ml("list", "--query", "abs('x')").code()).isNotZero();
  }

  @Test
  void printsYaml() {
    assertThat(ml("update", "aks", "-n", "myaks", "--ssl-renew", "-o", "yaml").out())
        .isEqualTo(
            "location: local\nname: myaks\nprovisioningErrors: null\nprovisioningState: Succeeded\n");
    assertThat(ml("list", "-o", "yamlc", "--query", "[].{a: [name, `[]`], b: `\"no\"`}").out())
        .isEqualTo("- a:\n  - myaks\n  - []\n  b: \"no\"\n");
  }

  @Test
  void tiesAFolderToAWorkspace() throws Exception {
    at("s", "g3", "w3");
    Path project = Files.createDirectories(folder.resolve("project"));
    Path metadata = folder.resolve("attached.json");
    var ran =
        cli.run(
            "ml",
            "folder",
            "attach",
            "-g",
            "g3",
            "-w",
            "w3",
            "-t",
            metadata.toString(),
            "--path",
            project.toString(),
            "--data",
            server.data.toString());
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(Wire.parse(ran.out()).path("Workspace name").asString("")).isEqualTo("w3");
    assertThat(Wire.parse(Files.readString(metadata))).isEqualTo(Wire.parse(ran.out()));
    assertThat(Wire.parse(Files.readString(project.resolve(".azureml/config.json"))))
        .isEqualTo(
            Wire.parse(
                "{\"subscription_id\":\"s\",\"resource_group\":\"g3\",\"workspace_name\":\"w3\"}"));
    var absent =
        cli.run(
            "ml",
            "folder",
            "attach",
            "-w",
            "none",
            "--path",
            folder.toString(),
            "--data",
            server.data.toString());
    assertThat(absent.code()).isEqualTo(1);
    assertThat(folder.resolve(".azureml")).doesNotExist();
  }

  @Test
  void takesTheDefaultsWhereNothingElseSaysTheWorkspace() {
    at("s", "g4", "w4");
    String[] set = {"configure", "--defaults", "group=g4", "workspace_name=w4"};
    String[] data = {"--data", server.data.toString()};
    assertThat(cli.run(joined(set, data)).out()).isEqualTo("group=g4\nworkspace_name=w4\n");
    assertThat(ml("list").code()).isZero();
    assertThat(server.calls).anyMatch(call -> call.contains("/workspaces/w4/computes"));
    cli.run(joined(new String[] {"configure", "--defaults", "workspace_name="}, data));
    assertThat(cli.run(joined(new String[] {"configure", "-l"}, data)).out())
        .isEqualTo("group=g4\n");
    for (String wrong : List.of("group", "location=x")) {
      assertThat(cli.run(joined(new String[] {"configure", "-d", wrong}, data)).code())
          .isEqualTo(2);
    }
    assertThat(cli.run(joined(new String[] {"configure"}, data)).code()).isEqualTo(2);
  }

  private static String[] joined(String[] one, String[] other) {
    return Stream.concat(Stream.of(one), Stream.of(other)).toArray(String[]::new);
  }

  @Test
  void removesTargets() {
    assertThat(Wire.parse(ml("detach", "-n", "myaks").out()).path("id").asString(""))
        .isEqualTo("/x/computes/myaks");
    assertThat(ml("delete", "-n", "myaks", "--only-show-errors").err()).isEmpty();
  }

  @Test
  void findsTheWorkspaceInAConfigurationAboveTheFolder() throws Exception {
    at("s2", "g2", "w2");
    Files.writeString(
        Files.createDirectories(folder.resolve(".azureml")).resolve("config.json"),
        "{\"subscription_id\":\"s2\",\"resource_group\":\"g2\",\"workspace_name\":\"w2\"}");
    Path below = Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(below.resolve("config.json"), "of another program");
    var ran =
        cli.run(
            "ml",
            "computetarget",
            "list",
            "--data",
            server.data.toString(),
            "--path",
            below.toString());
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(server.calls).anyMatch(call -> call.contains("/workspaces/w2/computes"));
  }

  @Test
  void failsWithTheReasonOfTheOperation() {
    server.on(
        "GET /computeOperation",
        "{\"status\":\"Failed\",\"error\":{\"code\":\"X\",\"message\":\"The issuer is down.\"}}");
    var ran = ml("update", "aks", "-n", "myaks", "--ssl-renew");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("FAILED update").contains("gatehouse: The issuer is down.");
  }

  @Test
  void saysWhatDoesNotFitTogether() throws Exception {
    String file = Files.write(folder.resolve("c.der"), new byte[] {0x30, (byte) 0x82}).toString();
    Map<String, String> wrong =
        Map.of(
            "--ssl-cname a",
            "belong together",
            "--ssl-overwrite-domain",
            "--ssl-leaf-domain-label",
            "--ssl-leaf-domain-label a --ssl-cname b",
            "leave out",
            "--ssl-cname a --ssl-cert-file /no/such --ssl-key-file /no/such",
            "/no/such",
            "--ssl-cname a --ssl-cert-file " + file + " --ssl-key-file " + file,
            "convert",
            "--no-wait",
            "nothing to change",
            "--ssl-renew --ssl-cname a",
            "belong together");
    wrong.forEach((options, word) -> {
      var ran = ml(("update aks -n myaks " + options).split(" "));
      assertThat(ran.code()).as(options).isEqualTo(1);
      assertThat(ran.err()).as(options).contains(word);
    });
    assertThat(ml("create", "aks", "-n", "myaks", "--vnet-name", "v").err()).contains("give both");
  }

  @Test
  void hasTheExitCodesOfTheAzureCli() {
    assertThat(ml("update", "aks", "-n", "nobody", "--ssl-renew").code()).isEqualTo(1);
    assertThat(server.calls).noneMatch(call -> call.startsWith("PUT"));
    assertThat(ml("update", "aks").code()).isEqualTo(2);
    assertThat(ml("list", "-o", "xml").code()).isEqualTo(2);
    server.close();
    assertThat(ml("list").code()).isEqualTo(3);
  }
}
