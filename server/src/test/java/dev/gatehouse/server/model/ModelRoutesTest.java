package dev.gatehouse.server.model;

import static dev.gatehouse.server.artifact.StorageFixture.MODELS;
import static dev.gatehouse.server.artifact.StorageFixture.WORKSPACE;
import static dev.gatehouse.server.artifact.StorageFixture.json;
import static dev.gatehouse.server.artifact.StorageFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.artifact.StorageFixture;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.rest.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ModelRoutesTest {
  @TempDir Path folder;
  private StorageFixture storage;

  @BeforeEach
  void open() throws IOException {
    storage = new StorageFixture(folder);
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void registersVersionsFromOneOn() {
    JsonNode first = json(register("sk", ",\"kvTags\":{\"area\":\"diabetes\"}"));
    JsonNode second = json(register("sk", ""));
    assertThat(first.path("id").stringValue()).isEqualTo("sk:1");
    assertThat(second.path("version").intValue()).isEqualTo(2);
    assertThat(json(storage.get(MODELS + "/models/sk%3A1"))).isEqualTo(first);
  }

  @Test
  void describesAModelAsTheClientReadsIt() {
    JsonNode model =
        json(
            register(
                "sk",
                ",\"framework\":\"ScikitLearn\",\"sampleInputData\":\"aml://dataset/1\",\"description\":null,"
                    + "\"resourceRequirements\":{\"cpu\":1.0,\"memoryInGB\":0.5}"));
    assertThat(model.path("datasets").isArray()).isTrue();
    assertThat(model.path("framework").stringValue()).isEqualTo("ScikitLearn");
    assertThat(model.path("createdBy").path("userName").stringValue()).isEqualTo("alice");
    assertThat(model.path("properties").isObject()).isTrue();
    assertThat(model.propertyNames())
        .contains("createdTime", "mimeType", "unpack")
        .doesNotContain("sampleInputData", "description", "runId");
  }

  @Test
  void answersARepeatedRegistrationWithTheSameModel() {
    String body = body("sk", asset("c1", "ridge.pkl"), "");
    JsonNode first = json(storage.send("POST", MODELS + "/models", body));
    JsonNode again = json(storage.send("POST", MODELS + "/models", body));
    assertThat(again).isEqualTo(first);
  }

  @Test
  void givesEveryOneOfManyRegistrationsAtOnceItsOwnVersion() throws Exception {
    List<Callable<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String body = body("sk", asset("c" + i, "ridge.pkl"), "");
      calls.add(
          () -> json(storage.send("POST", MODELS + "/models", body)).path("version").intValue());
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var versions = new ArrayList<Integer>();
      for (var answer : threads.invokeAll(calls)) {
        versions.add(answer.get());
      }
      assertThat(versions).doesNotHaveDuplicates().contains(1, 16);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"url\":\"aml://asset/x\"}|'name' is missing",
        "{\"name\":\"a b\",\"url\":\"aml://asset/x\"}|model name 'a b' is refused",
        "{\"name\":\"-a\",\"url\":\"aml://asset/x\"}|model name '-a' is refused",
        "{\"name\":\"a\"}|'url' is missing",
        "{\"name\":\"a\",\"url\":\"aml://asset/x\"}|no asset of this workspace",
        "{\"name\":\"a\",\"url\":\"https://x\"}|no asset of this workspace",
        "{\"name\":\"a\",\"url\":\"aml://asset/x\",\"framework\":\"Fortran\"}|framework 'Fortran' is unknown",
        "{\"name\":\"a\",\"url\":\"aml://asset/x\",\"kvTags\":{\"n\":1}}|'n' of 'kvTags' must be a string",
        "{\"name\":\"a\",\"url\":\"aml://asset/x\",\"properties\":[]}|'properties' must be an object",
        "{\"name\":\"a\",\"url\":\"aml://asset/x\",\"resourceRequirements\":{\"cpu\":\"x\"}}|'cpu' of 'resourceRequirements'",
        "[]|must be a JSON object"
      })
  void saysWhatIsWrongWithARegistration(String body, String message) {
    Response refused = storage.send("POST", MODELS + "/models", body);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(json(refused).path("statusCode").intValue()).isEqualTo(400);
    assertThat(json(refused).path("correlation").path("message").stringValue()).contains(message);
  }

  @Test
  void refusesAssetsWithoutFiles() {
    String empty = "{\"name\":\"a\",\"artifacts\":[{\"prefix\":\"LocalUpload/c9/none\"}]}";
    assertThat(text(storage.send("POST", MODELS + "/assets", empty)))
        .contains("no uploaded file under 'LocalUpload/c9/none'");
    assertThat(text(storage.send("POST", MODELS + "/assets", "{\"name\":\"a\"}")))
        .contains("'artifacts' is missing");
    assertThat(storage.get(MODELS + "/assets/none").status()).isEqualTo(404);
  }

  @Test
  void givesAnAssetBack() {
    String id = asset("c1", "ridge.pkl");
    JsonNode asset = json(storage.get(MODELS + "/assets/" + id));
    assertThat(asset.path("artifacts").get(0).path("prefix").stringValue())
        .isEqualTo("LocalUpload/c1/ridge.pkl");
  }

  @Test
  void knowsTheFilesOfAModel() {
    storage.upload("c1", "modeldir/a.txt", "a");
    storage.upload("c1", "modeldir/deep/b c.txt", "b");
    String asset = "{\"name\":\"d\",\"artifacts\":[{\"prefix\":\"LocalUpload/c1/modeldir\"}]}";
    String id = json(storage.send("POST", MODELS + "/assets", asset)).path("id").stringValue();
    storage.send("POST", MODELS + "/models", body("d", id, ""));

    var files = storage.models.files(storage.models.require(WORKSPACE, "d:1"));

    assertThat(files)
        .extracting(StoredFile::path)
        .containsExactly("modeldir/a.txt", "modeldir/deep/b c.txt");
    assertThat(files.get(1).file()).hasContent("b");
  }

  @Test
  void filtersByWhatIsAsked() {
    register(
        "one", ",\"framework\":\"Onnx\",\"kvTags\":{\"a\":\"1\",\"b\":\"x\"},\"runId\":\"r1\"");
    register("two", ",\"kvTags\":{\"a\":\"2\",\"b\":\"\"},\"properties\":{\"q\":\"7\"}");
    register("two", ",\"kvTags\":{\"a\":\"1\"}");
    assertThat(list("")).containsExactly("two:2", "two:1", "one:1");
    assertThat(list("?name=two")).containsExactly("two:2", "two:1");
    assertThat(list("?framework=Onnx")).containsExactly("one:1");
    assertThat(list("?runId=r1")).containsExactly("one:1");
    assertThat(list("?tags=a=1,b")).containsExactly("one:1");
    assertThat(list("?tags=b")).containsExactly("two:1", "one:1");
    assertThat(list("?tag=b&tags=a=2")).containsExactly("two:1");
    assertThat(list("?properties=q=7")).containsExactly("two:1");
    assertThat(list("?tags=a=1&latestVersionOnly=true")).containsExactly("two:2", "one:1");
    assertThat(list("?tags=b&latestVersionOnly=true")).containsExactly("two:1", "one:1");
    assertThat(list("?datasetId=d")).isEmpty();
    assertThat(list("?name=two&count=1")).containsExactly("two:2");
  }

  @Test
  void pagesNewestFirstAndStaysSteadyWhileModelsAreAdded() {
    for (int i = 0; i < 5; i++) {
      register("m" + i, "");
    }
    JsonNode first = json(storage.get(MODELS + "/models?count=2"));
    register("later", "");
    String link = first.path("nextLink").stringValue();
    JsonNode second = json(storage.get(link));
    JsonNode third = json(storage.get(second.path("nextLink").stringValue()));

    assertThat(link).startsWith("https://gate.test:8443/modelmanagement/");
    assertThat(names(second)).containsExactly("m2:1", "m1:1");
    assertThat(names(third)).containsExactly("m0:1");
    assertThat(third.has("nextLink")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"count=0", "count=x", "$skipToken=-1"})
  void refusesPagesThatAreNoNumbers(String query) {
    assertThat(storage.get(MODELS + "/models?" + query).status()).isEqualTo(400);
  }

  @Test
  void changesWhatAPatchNames() {
    register("sk", ",\"kvTags\":{\"a\":\"b\"}");
    JsonNode patched =
        json(
            patch(
                "[{\"op\":\"replace\",\"path\":\"/kvTags\",\"value\":{\"c\":\"d\"}},"
                    + "{\"op\":\"replace\",\"path\":\"/description\",\"value\":\"new\"},"
                    + "{\"op\":\"add\",\"path\":\"/properties\",\"value\":{\"q\":\"2\"}},"
                    + "{\"op\":\"add\",\"path\":\"/properties/a~1b\",\"value\":\"3\"},"
                    + "{\"op\":\"replace\",\"path\":\"/resourceRequirements\",\"value\":{\"cpu\":2,\"gpu\":null}},"
                    + "{\"op\":\"add\",\"path\":\"/datasets\",\"value\":[]}]"));
    assertThat(patched.path("kvTags").toString()).isEqualTo("{\"c\":\"d\"}");
    assertThat(patched.path("properties").toString()).isEqualTo("{\"q\":\"2\",\"a/b\":\"3\"}");
    assertThat(json(storage.get(MODELS + "/models/sk:1"))).isEqualTo(patched);
    JsonNode removed =
        json(
            patch(
                "[{\"op\":\"remove\",\"path\":\"/kvTags/c\"},{\"op\":\"remove\",\"path\":\"/description\"}]"));
    assertThat(removed.has("description")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[{\"op\":\"move\",\"path\":\"/description\"}]",
        "[{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"x\"}]",
        "[{\"op\":\"replace\",\"path\":\"description\",\"value\":\"x\"}]",
        "[{\"op\":\"replace\",\"path\":\"/description\",\"value\":1}]",
        "[{\"op\":\"replace\",\"path\":\"/description/x\",\"value\":\"1\"}]",
        "[{\"op\":\"replace\",\"path\":\"/sampleInputData\",\"value\":\"x\"}]",
        "[{\"op\":\"add\",\"path\":\"/datasets\",\"value\":1}]",
        "[{\"op\":\"add\",\"path\":\"/resourceRequirements\",\"value\":1}]",
        "[{\"op\":\"remove\",\"path\":\"/url\"}]"
      })
  void changesNothingWhenAPatchIsRefused(String patch) {
    JsonNode before = json(register("sk", ""));
    assertThat(patch(patch).status()).isEqualTo(400);
    assertThat(json(storage.get(MODELS + "/models/sk:1"))).isEqualTo(before);
  }

  @Test
  void deletesAModelThatNobodyUses() {
    register("sk", "");
    storage.users = List.of("my-service");
    Response refused = storage.send("DELETE", MODELS + "/models/sk:1", "");
    assertThat(refused.status()).isEqualTo(412);
    assertThat(text(refused)).contains("my-service");
    storage.users = List.of();
    assertThat(storage.send("DELETE", MODELS + "/models/sk:1", "").status()).isEqualTo(200);
    Response gone = storage.get(MODELS + "/models/sk:1");
    assertThat(gone.status()).isEqualTo(404);
    assertThat(json(gone).path("statusCode").intValue()).isEqualTo(404);
  }

  @Test
  void knowsNoModelWithoutVersion() {
    assertThat(storage.get(MODELS + "/models/sk").status()).isEqualTo(404);
    assertThat(storage.get(MODELS + "/models/sk:x").status()).isEqualTo(404);
    assertThat(patch("[]").status()).isEqualTo(404);
  }

  @Test
  void fillsAllKeysThatAServiceNeeds() {
    register("sk", ",\"resourceRequirements\":{\"cpu\":1}");
    JsonNode item = storage.models.forService(storage.models.require(WORKSPACE, "sk:1"));
    assertThat(item.propertyNames())
        .contains(
            "id",
            "name",
            "version",
            "framework",
            "frameworkVersion",
            "datasets",
            "url",
            "mimeType",
            "description",
            "createdTime",
            "unpack",
            "runId",
            "experimentName",
            "properties",
            "createdBy",
            "tags");
    assertThat(item.path("resourceRequirements").toString())
        .isEqualTo("{\"cpu\":1,\"memoryInGB\":null,\"gpu\":null}");
  }

  @Test
  void keepsModelsOverARestart() throws IOException {
    JsonNode model = json(register("sk", ""));
    storage.close();
    storage = new StorageFixture(folder);
    assertThat(json(storage.get(MODELS + "/models/sk:1"))).isEqualTo(model);
    assertThat(storage.models.files(storage.models.require(WORKSPACE, "sk:1"))).hasSize(1);
  }

  private int uploads;

  /** As the client does: upload, asset, model. */
  private Response register(String name, String more) {
    uploads++;
    return storage.send(
        "POST", MODELS + "/models", body(name, asset("x" + uploads, "ridge.pkl"), more));
  }

  private String asset(String container, String file) {
    storage.upload(container, file, "pickle");
    String body =
        "{\"name\":\"m\",\"artifacts\":[{\"prefix\":\"LocalUpload/"
            + container
            + "/"
            + file
            + "\"}]}";
    return json(storage.send("POST", MODELS + "/assets", body)).path("id").stringValue();
  }

  private static String body(String name, String asset, String more) {
    return "{\"name\":\"%s\",\"url\":\"aml://asset/%s\",\"mimeType\":\"application/json\",\"unpack\":false,\"datasets\":[]%s}"
        .formatted(name, asset, more);
  }

  private Response patch(String body) {
    return storage.send("PATCH", MODELS + "/models/sk%3A1", body);
  }

  private List<String> list(String query) {
    return names(json(storage.get(MODELS + "/models" + query)));
  }

  private static List<String> names(JsonNode page) {
    return page.path("value").valueStream().map(model -> model.path("id").stringValue()).toList();
  }
}
