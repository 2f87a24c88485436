package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.Load;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
  }

  @AfterEach
  void stop() {
    world.services.close();
    world.close();
  }

  private String state() {
    return world.service("svc").path("state").asString("");
  }

  private int replicas() {
    return ((Backend.Replicas) world.route("svc").versions().getFirst().backend()).sockets().size();
  }

  @Test
  void serviceIsUnhealthyWhileReplicasAreDown() {
    world.settle("POST", "/services", Payloads.aks("svc", Payloads.image("a.py")).toString());
    world.driver.ailing = "KeyError: 'gone'";
    World.await(() -> state().equals("Unhealthy"));
    assertThat(world.service("svc").path("error").path("message").asString()).contains("KeyError");
    world.driver.ailing = null;
    World.await(() -> state().equals("Healthy"));
    assertThat(world.service("svc").has("error")).isFalse();
  }

  @Test
  void replicasFollowTheLoadAndAnUpdateKeepsThem() {
    var scaled = Payloads.aks("svc", Payloads.image("a.py"));
    scaled.remove("numReplicas");
    world.settle("POST", "/services", scaled.toString());
    assertThat(replicas()).isEqualTo(1);
    world.load = Map.of("svc", new Load(1, 3));
    World.await(() -> replicas() == 6);
    world.settle("PATCH", "/services/svc", Payloads.patch("replace", "/scoringTimeoutMs", "7000"));
    assertThat(replicas()).isEqualTo(6);
  }

  @Test
  void fixedNumberIsKeptWhateverTheLoad() {
    world.settle("POST", "/services", Payloads.aks("svc", Payloads.image("a.py")).toString());
    world.load = Map.of("svc", new Load(1, 3));
    var scaled = Payloads.aks("svc2", Payloads.image("a.py"));
    scaled.remove("numReplicas");
    world.load = Map.of("svc", new Load(1, 3), "svc2", new Load(1, 1));
    world.settle("POST", "/services", scaled.toString());
    World.await(() ->
        ((Backend.Replicas) world.route("svc2").versions().getFirst().backend()).sockets().size()
            == 3);
    assertThat(replicas()).isEqualTo(1);
  }
}
