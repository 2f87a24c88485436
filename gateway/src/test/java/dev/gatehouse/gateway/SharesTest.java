package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shares hold over all connections and event loops together, not for each alone. */
class SharesTest {
  private static final String SCORE = "/api/v1/service/s/score";
  private static final int[] SHARES = {61, 20, 10, 5, 3, 1};
  private static final int THOUSAND = 1_000;

  @TempDir Path folder;
  private Scene scene;
  private final List<Replica> replicas = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    scene = new Scene(folder);
    for (int i = 0; i < SHARES.length; i++) {
      replicas.add(scene.replica(call -> call.answer(200, "{}")));
    }
    publish();
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private void publish() {
    var versions =
        IntStream.range(0, SHARES.length)
            .mapToObj(i -> Scene.version("v" + i, SHARES[i], Scene.limits(), replicas.get(i)))
            .toArray(Version[]::new);
    scene.serve(Scene.service("s", new Access.Open(), versions));
  }

  private List<Integer> seen() {
    return replicas.stream().map(replica -> replica.requests.get()).toList();
  }

  private static List<Integer> thousands(int count) {
    return IntStream.of(SHARES).map(share -> share * 10 * count).boxed().toList();
  }

  private static void together(List<Callable<Void>> clients) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var client : threads.invokeAll(clients)) {
        client.get();
      }
    }
  }

  @Test
  void everyThousandOverManyConnectionsHasThemExactly() throws Exception {
    for (int round = 1; round <= 3; round++) {
      var clients = new ArrayList<Callable<Void>>();
      for (int connection = 0; connection < 8; connection++) {
        clients.add(() -> {
          var wire = scene.wire();
          for (int i = 0; i < THOUSAND / 8; i++) {
            assertThat(wire.ask(Scene.post(SCORE, "{}")).status()).isEqualTo(200);
          }
          return null;
        });
      }
      together(clients);
      assertThat(seen()).isEqualTo(thousands(round));
    }
  }

  @Test
  void holdAcrossRepublishingAndBesideRequestsThatDrawNoLot() throws Exception {
    var clients = new ArrayList<Callable<Void>>();
    for (int connection = 0; connection < 5; connection++) {
      clients.add(() -> {
        var wire = scene.wire();
        for (int i = 0; i < THOUSAND / 5; i++) {
          wire.ask(Scene.post(SCORE, "{}"));
          wire.ask(Scene.post(SCORE, "{}", "azureml-model-deployment: v9"));
        }
        return null;
      });
    }
    clients.add(() -> {
      for (int i = 0; i < 50; i++) {
        publish();
      }
      return null;
    });
    together(clients);
    assertThat(seen()).isEqualTo(thousands(1));
  }

  @Test
  void holdOverTheStreamsOfHttp2() throws Exception {
    var request = scene.request(SCORE).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
    var clients = new ArrayList<Callable<Void>>();
    for (int connection = 0; connection < 4; connection++) {
      var client = scene.client(HttpClient.Version.HTTP_2);
      clients.add(() -> {
        for (int batch = 0; batch < 10; batch++) {
          var answers =
              IntStream.range(0, THOUSAND / 40)
                  .mapToObj(_ -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                  .toList();
          for (var answer : answers) {
            assertThat(answer.get().statusCode()).isEqualTo(200);
          }
        }
        return null;
      });
    }
    together(clients);
    assertThat(seen()).isEqualTo(thousands(1));
  }
}
