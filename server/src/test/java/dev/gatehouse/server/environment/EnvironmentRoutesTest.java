package dev.gatehouse.server.environment;

import static dev.gatehouse.server.artifact.StorageFixture.PLACE;
import static dev.gatehouse.server.artifact.StorageFixture.json;
import static dev.gatehouse.server.artifact.StorageFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.artifact.StorageFixture;
import dev.gatehouse.server.rest.Response;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class EnvironmentRoutesTest {
  private static final String ROOT = "/environment/v1.0" + PLACE + "/environments";

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
  void turnsTheMembersThatTheClientSendsIntoThoseThatItReads() {
    JsonNode registered = json(put("myenv", "3.11"));
    assertThat(registered.propertyNames())
        .contains("name", "version", "python", "environmentVariables", "docker", "spark", "r");
    assertThat(registered.path("name").stringValue()).isEqualTo("myenv");
    assertThat(registered.path("version").stringValue()).isEqualTo("1");
    assertThat(json(storage.get(ROOT + "/myenv"))).isEqualTo(registered);
  }

  @Test
  void forgetsThePasswordOfAnImageRegistry() {
    String definition =
        """
        {"Python": {}, "Docker": {"baseImage": "r.test/i", "BaseImageRegistry":
          {"address": "r.test", "username": "me", "Password": "open sesame"}}}\
        """;
    Response answer = storage.send("PUT", ROOT + "/private", definition);
    assertThat(json(answer).at("/docker/BaseImageRegistry/username").asString()).isEqualTo("me");
    assertThat(text(answer) + text(storage.get(ROOT + "/private"))).doesNotContain("open sesame");
  }

  @Test
  void countsVersionsOnlyWhenTheDefinitionChanges() {
    put("myenv", "3.11");
    assertThat(version(put("myenv", "3.11"))).isEqualTo("1");
    assertThat(version(put("myenv", "3.12"))).isEqualTo("2");
    assertThat(version(storage.get(ROOT + "/myenv"))).isEqualTo("2");
    assertThat(version(storage.get(ROOT + "/myenv/versions/1"))).isEqualTo("1");
  }

  @Test
  void keepsAVersionThatTheCallerChooses() {
    assertThat(version(put("myenv/versions/v7", "3.11"))).isEqualTo("v7");
    assertThat(put("myenv/versions/v7", "3.11").status()).isEqualTo(200);
    Response other = put("myenv/versions/v7", "3.12");
    assertThat(other.status()).isEqualTo(409);
    assertThat(text(other)).contains("EnvironmentVersionExists");
    assertThat(version(put("myenv", "3.12"))).isEqualTo("1");
  }

  @Test
  void listsTheLatestOfEachName() {
    put("b", "3.11");
    put("a", "3.11");
    put("a", "3.12");
    JsonNode listed = json(storage.get(ROOT + "/"));
    assertThat(listed.path("value").valueStream().map(e -> e.path("name").stringValue()))
        .containsExactly("a", "b");
    assertThat(listed.path("value").get(0).path("version").stringValue()).isEqualTo("2");
    assertThat(listed.has("continuationToken")).isTrue();
  }

  @Test
  void hasNoImages() {
    put("myenv", "3.11");
    JsonNode image = json(storage.get(ROOT + "/myenv/versions/1/image"));
    assertThat(image.path("imageExistsInRegistry").booleanValue()).isFalse();
    assertThat(image.path("dockerImage").path("registry").has("address")).isTrue();
    assertThat(json(storage.get(ROOT + "/myenv/image"))).isEqualTo(image);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "-a|{\"python\":{}}|environment name '-a' is refused",
        "a%20b|{\"python\":{}}|environment name 'a b' is refused",
        "a/versions/b%20c|{\"python\":{}}|environment version 'b c' is refused",
        "a|{\"Docker\":{}}|'python' is missing",
        "a|[]|must be a JSON object"
      })
  void saysWhatIsWrong(String name, String body, String message) {
    Response refused = storage.send("PUT", ROOT + "/" + name, body);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(json(refused).path("error").path("message").stringValue()).contains(message);
  }

  @Test
  void saysWhatIsNotThere() {
    assertThat(text(storage.get(ROOT + "/AzureML-Minimal"))).contains("'AzureML-Minimal'");
    put("a", "3.11");
    assertThat(storage.get(ROOT + "/a/versions/9").status()).isEqualTo(404);
  }

  @Test
  void keepsEnvironmentsOverARestart() throws IOException {
    JsonNode registered = json(put("myenv", "3.11"));
    storage.close();
    storage = new StorageFixture(folder);
    assertThat(json(storage.get(ROOT + "/myenv"))).isEqualTo(registered);
    assertThat(version(put("myenv", "3.11"))).isEqualTo("1");
  }

  private Response put(String name, String python) {
    return storage.send(
        "PUT",
        ROOT + "/" + name,
        "{\"Name\":\"x\",\"python\":{\"condaDependencies\":{\"dependencies\":[\"python=%s\",{\"pip\":[\"joblib\"]}]}},"
                .formatted(python)
            + "\"EnvironmentVariables\":{\"EXAMPLE_ENV_VAR\":\"1\"},\"Docker\":{\"baseImage\":null},"
            + "\"Spark\":{},\"InferencingStackVersion\":null,\"r\":null}");
  }

  private static String version(Response response) {
    return json(response).path("version").stringValue();
  }
}
