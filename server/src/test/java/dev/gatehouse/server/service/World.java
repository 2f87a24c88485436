package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.Permitted;
import dev.gatehouse.gateway.Load;
import dev.gatehouse.gateway.Proofs;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Snapshot;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.certificate.BroughtPem;
import dev.gatehouse.server.certificate.Remarks;
import dev.gatehouse.server.certificate.Standing;
import dev.gatehouse.server.compute.ComputeTarget;
import dev.gatehouse.server.compute.GeneratedNames;
import dev.gatehouse.server.model.RegisteredModel;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.Caller;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Requests;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.routing.Publication;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.state.Timers;
import dev.gatehouse.server.telemetry.Insights;
import dev.gatehouse.server.telemetry.LogLine;
import dev.gatehouse.server.workspace.Workspaces;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.pcollections.HashTreePMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One life of a control plane around the services; a second one on the same folder is a restart.
 */
final class World implements AutoCloseable {
  static final String SUBSCRIPTION = "00000000-0000-0000-0000-0000000000aa";
  static final String MM =
      "/modelmanagement/v1.0/subscriptions/"
          + SUBSCRIPTION
          + "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws1";
  static final KeyPair TOKEN_KEY = keys();
  private static final CertifiedKey PAIR =
      EmbeddedAuthority.create(
              new Permitted(List.of("contoso.test"), List.of()),
              InstantSource.system(),
              new SecureRandom())
          .issue(List.of("a.contoso.test"), Duration.ofDays(1));

  /** Whether the gateway is taken to be reached by others. */
  volatile boolean open;

  final java.util.List<LogLine> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
  final FakeDriver driver;
  final Map<String, String> frameworks = new ConcurrentHashMap<>();
  final List<String> certificates = new CopyOnWriteArrayList<>();
  final List<String> passphrases = new CopyOnWriteArrayList<>();
  final AtomicReference<Snapshot> gateway =
      new AtomicReference<>(
          new Snapshot(
              HashTreePMap.empty(), null, HashTreePMap.empty(), HashTreePMap.empty(), Proofs.NONE));
  final Publication publication =
      new Publication(
          change -> gateway.updateAndGet(change),
          () -> new Publication.Addresses("127.0.0.1", 8443, 8080, open));
  volatile Map<String, Load> load = Map.of();
  volatile Map<String, Tally.Counts> counts = Map.of();
  final List<Alert> alerts = new CopyOnWriteArrayList<>();
  final WebServices services;
  final String workspace;
  private final Database database;
  private final Timers timers;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Router router = new Router(_ -> new Caller("me"));

  World(Path folder) throws Exception {
    this(folder, new FakeDriver());
  }

  World(Path folder, FakeDriver driver) throws Exception {
    this.driver = driver;
    database = Database.open(folder.resolve("state.db"));
    var workspaces = new Workspaces(database, InstantSource.system());
    workspace = workspaces.createIfAbsent(SUBSCRIPTION, "rg", "ws1", "westeurope").id();
    timers = new Timers(database, threads);
    var random = new SecureRandom();
    var operations = new Operations(database, timers, InstantSource.system(), random);
    frameworks.putAll(
        Map.of("sk", "ScikitLearn", "net", "Onnx", "tf", "TensorFlow", "own", "Custom"));
    services =
        new WebServices(
            new WebServices.Base(
                database,
                operations,
                workspaces,
                Sealer.open(folder.resolve("master.key")),
                InstantSource.system(),
                random,
                threads,
                alerts::add),
            new Neighbours(new Shelf(), World::uploaded, this::target, new Desk()),
            driver,
            new WebServices.Publishing(
                publication,
                () -> new Publication.Addresses("127.0.0.1", 8443, 8080, open),
                new WebServices.Measuring(_ -> load, _ -> counts),
                new GeneratedNames("gatehouse.test", random),
                new Observers(0.5, new Insights(heard::add, InstantSource.system()))),
            new WebServices.TokenKey(
                (ECPrivateKey) TOKEN_KEY.getPrivate(), (ECPublicKey) TOKEN_KEY.getPublic()));
    services.addTo(router);
    services.announce();
    timers.start();
    operations.start();
    services.start();
  }

  private static KeyPair keys() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<ComputeTarget> target(String workspaceId, String name) {
    return name.equals("aks1")
        ? Optional.of(
            new ComputeTarget("target1", workspaceId, name, "westeurope", false, Json.object()))
        : Optional.empty();
  }

  private static List<StoredFile> uploaded(String workspaceId, ArtifactReference reference) {
    return reference.path().startsWith("missing")
        ? List.of()
        : List.of(new StoredFile(reference.path(), "d1", 1, Path.of("stored")));
  }

  private final class Shelf implements Neighbours.ModelShelf {
    @Override
    public RegisteredModel require(String workspaceId, String id) {
      String name = id.substring(0, id.indexOf(':'));
      String framework = frameworks.get(name);
      if (framework == null) {
        throw new ProblemException(
            new Problem.NotFound("ModelNotFound", "There is no model '" + id + "'."));
      }
      int version = Integer.parseInt(id.substring(id.indexOf(':') + 1));
      return new RegisteredModel(
          workspaceId, name, version, framework, Json.object().put("frameworkVersion", "1.5.2"));
    }

    @Override
    public List<StoredFile> files(RegisteredModel model) {
      String file = model.framework().equals("Onnx") ? "m.onnx" : "m.pkl";
      return List.of(new StoredFile(file, "d2", 1, Path.of("stored")));
    }

    @Override
    public ObjectNode forService(RegisteredModel model) {
      return Json.object().put("id", model.id()).put("name", model.name());
    }

    @Override
    public List<ArtifactReference> references(RegisteredModel model) {
      return List.of(new ArtifactReference("LocalUpload", "c1", "m.pkl"));
    }
  }

  /** Takes the certificate GOOD with the key KEY. */
  private final class Desk implements Neighbours.CertificateDesk {
    @Override
    public BroughtPair check(String workspaceId, BroughtPem sent) {
      passphrases.add(sent.passphrase());
      if (sent.key().isEmpty()) {
        throw ProblemException.invalid("'sslKey' is missing.");
      }
      if (!sent.certificate().startsWith("GOOD") || !sent.key().equals("KEY")) {
        throw ProblemException.invalid("The key does not belong to the certificate.");
      }
      return new BroughtPair(sent.cname(), PAIR, new Remarks(List.of(), List.of("self-signed")));
    }

    @Override
    public Optional<Standing> standing(String owner) {
      return Optional.empty();
    }

    @Override
    public void installBrought(String owner, BroughtPair pair) {
      certificates.add("install " + pair.cname());
      publication.listen(owner, new Publication.Listener(pair.cname(), null));
    }

    @Override
    public void ensureIssued(String owner, String host) {
      certificates.add("issue " + host);
      publication.listen(owner, new Publication.Listener(host, null));
    }

    @Override
    public void remove(String owner) {
      certificates.add("remove");
      publication.silence(owner);
    }
  }

  Response send(String method, String path, String body) {
    return router.handle(Requests.of(method, MM + path, body, Map.of()));
  }

  Response sendTo(String url) {
    return router.handle(Requests.get(url.replaceFirst("https://[^/]*", "")));
  }

  JsonNode json(String method, String path, String body) {
    return Json.parse(Requests.text(send(method, path, body)));
  }

  JsonNode service(String name) {
    return json("GET", "/services/" + name + "?expand=true", "");
  }

  /** Sends a change and waits for its operation, which is returned. */
  JsonNode settle(String method, String path, String body) {
    Response response = send(method, path, body);
    assertThat(response.status()).as(Requests.text(response)).isEqualTo(202);
    String location = response.headers().get("Operation-Location");
    return ended(location.substring(location.lastIndexOf('/') + 1));
  }

  JsonNode ended(String operation) {
    var last = new AtomicReference<JsonNode>();
    await(() -> {
      last.set(json("GET", "/operations/" + operation + "?offset=0", ""));
      return List.of("Succeeded", "Failed").contains(last.get().path("state").asString(""));
    });
    return last.get();
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("it did not happen within 10 s");
      }
      Thread.onSpinWait();
    }
  }

  /** The routes of all services, wherever they are. */
  List<ServiceRoute> routes() {
    var routes = new ArrayList<>(gateway.get().plain().values());
    gateway
        .get()
        .hosts()
        .values()
        .forEach(host -> {
          if (host instanceof Snapshot.Host.Target(var there)) {
            routes.addAll(there.values());
          }
        });
    return routes;
  }

  ServiceRoute route(String name) {
    return routes().stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
  }

  Database database() {
    return database;
  }

  @Override
  public void close() {
    driver.interruptStarts();
    timers.close();
    threads.shutdownNow();
    database.close();
  }
}
