package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.rest.Requests;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class OriginsTest {
  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private static ObjectNode service(String variable) {
    var image = Payloads.image("score.py", "sk:1");
    ((ObjectNode) image.path("environment").path("environmentVariables"))
        .put("AML_CORS_ORIGINS", variable);
    return Payloads.aks("page", image);
  }

  @Test
  void comeFromTheEnvironmentUntilAPropertySaysOtherwise() {
    world.settle("POST", "/services", service("https://a.test, https://b.test").toString());
    assertThat(world.route("page").origins().listed())
        .containsExactlyInAnyOrder("https://a.test", "https://b.test");
    world.settle(
        "PATCH", "/services/page", Payloads.patch("add", "/properties/gatehouse.cors", "\"*\""));
    assertThat(world.route("page").origins().any()).isTrue();
    assertThat(world.driver.started).hasSize(1);
  }

  @Test
  void areCheckedBeforeAnythingChanges() {
    var refused = world.send("POST", "/services", service("https://a.test/page").toString());
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Requests.text(refused)).contains("AML_CORS_ORIGINS: 'https://a.test/page'");
    assertThat(world.send("GET", "/services/page", "").status()).isEqualTo(404);
  }
}
