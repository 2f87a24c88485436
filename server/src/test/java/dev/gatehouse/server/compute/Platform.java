package dev.gatehouse.server.compute;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.Issuer;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.Permitted;
import dev.gatehouse.certificates.RenewalPolicy;
import dev.gatehouse.certificates.RenewalWindow;
import dev.gatehouse.certificates.RenewingIssuer;
import dev.gatehouse.certificates.Signing;
import dev.gatehouse.gateway.Snapshot;
import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.certificate.CertificateRoutes;
import dev.gatehouse.server.certificate.CertificateStore;
import dev.gatehouse.server.certificate.Certificates;
import dev.gatehouse.server.certificate.Issuers;
import dev.gatehouse.server.certificate.Issuing;
import dev.gatehouse.server.certificate.Outside;
import dev.gatehouse.server.certificate.Owner;
import dev.gatehouse.server.certificate.PlatformAuthority;
import dev.gatehouse.server.certificate.RequestRoutes;
import dev.gatehouse.server.certificate.ServedProof;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.Caller;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Requests;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.routing.EmbeddedNameServer;
import dev.gatehouse.server.routing.Names;
import dev.gatehouse.server.routing.Publication;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.state.Timers;
import dev.gatehouse.server.workspace.Workspace;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Everything that targets and certificates need, in one process, with a gateway that only records.
 */
public final class Platform implements AutoCloseable {
  public static final String ZONE = "gatehouse.test";
  public static final String ROOT =
      "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.MachineLearningServices/workspaces/ws1";

  /** Moves only when a test says so. */
  public static final class Now implements InstantSource {
    private volatile Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @Override
    public Instant instant() {
      return now;
    }

    public void pass(Duration time) {
      now = now.plus(time);
    }
  }

  public final Now clock;
  public final Database database;
  public final AtomicReference<Snapshot> gateway = new AtomicReference<>();
  public final EmbeddedNameServer dns;
  public final Publication publication;
  public final CertificateStore store;
  public final Certificates certificates;
  public final Timers timers;
  public final Workspace workspace;
  public final ComputeTargets targets;
  public final PlatformAuthority authority;

  public final dev.gatehouse.server.certificate.AuthorityCare care;

  /** The root that was announced last. */
  public volatile String announced = "";

  /** Replaced by tests that want the issuer or the gateway to fail. */
  public volatile Issuer issuer;

  public volatile ServedProof proof =
      host -> gateway.get().certificates().get(host).leaf().getSerialNumber();
  public final List<Alert> alerts = new CopyOnWriteArrayList<>();
  public volatile List<String> users = List.of();

  /** Whether the gateway is taken to be reached by others. */
  public volatile boolean open;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Router router = new Router(_ -> Caller.ANONYMOUS);
  private final Issuing issuing;

  public Platform(Path folder) throws IOException {
    this(folder, new Now());
  }

  public Platform(Path folder, Now clock) throws IOException {
    this(folder, clock, List.of());
  }

  /**
   * @param before issuers that are asked before {@link #issuer}
   */
  public Platform(Path folder, Now clock, List<Issuers.Listed> before) throws IOException {
    this(folder, clock, before, null);
  }

  /** One whose certificates name revocation lists there. */
  public Platform(Path folder, Now clock, Signing.Lists lists) throws IOException {
    this(folder, clock, List.of(), lists);
  }

  private Platform(
      Path folder, Now clock, List<Issuers.Listed> before, Signing.@Nullable Lists lists)
      throws IOException {
    this.clock = clock;
    database = Database.open(folder.resolve("state.db"));
    Sealer sealer = Sealer.open(folder.resolve("master.key"));
    var random = new SecureRandom();
    timers = new Timers(database, threads);
    var operations = new Operations(database, timers, clock, random);
    authority =
        new PlatformAuthority(
            database,
            sealer,
            new Permitted(List.of(ZONE, "localhost"), List.of()),
            new Signing(clock, random, lists));
    issuer = authority;
    var replaced =
        new RenewingIssuer() {
          @Override
          public String name() {
            return issuer.name();
          }

          @Override
          public CertifiedKey issue(List<String> names, Duration life) throws InterruptedException {
            return issuer.issue(names, life);
          }

          @Override
          public CertifiedKey renew(X509Certificate previous, List<String> names, Duration life)
              throws InterruptedException {
            return issuer instanceof RenewingIssuer renewing
                ? renewing.renew(previous, names, life)
                : issuer.issue(names, life);
          }

          @Override
          public Optional<RenewalWindow> renewalWindow(X509Certificate certificate)
              throws InterruptedException {
            return issuer instanceof RenewingIssuer renewing
                ? renewing.renewalWindow(certificate)
                : Optional.empty();
          }
        };
    var listed = new ArrayList<Issuers.Listed>(before);
    listed.add(new Issuers.Listed("embedded", "", replaced, Duration.ofSeconds(20)));
    issuing =
        new Issuing(
            new Issuers(listed, database, threads, clock),
            authority,
            Duration.ofDays(90),
            new RenewalPolicy(new Random(1)),
            List.of(ZONE, "localhost", "127.0.0.1", "::1"));
    store = new CertificateStore(database, sealer);
    gateway.set(Snapshot.empty(Certificates.controlPlane(store, issuing, clock)));
    publication =
        new Publication(
            change -> gateway.updateAndGet(change),
            () -> new Publication.Addresses("127.0.0.1", 443, 80, open));
    var loopback = List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));
    dns = new EmbeddedNameServer(new InetSocketAddress("127.0.0.1", 0), ZONE, loopback, clock);
    var names = new Names(dns, ZONE, loopback, Runnable::run);
    certificates =
        new Certificates(
            store,
            issuing,
            new Outside(publication, names, host -> proof.serial(host), alerts::add),
            timers,
            clock);
    care =
        new dev.gatehouse.server.certificate.AuthorityCare(
            database, authority, certificates, timers);
    new dev.gatehouse.server.certificate.AuthorityRoutes(care, root -> announced = root)
        .addTo(router);
    var computeStore = new ComputeStore(database, sealer, clock);
    var clusters = new Clusters(database, clock);
    var computes =
        new Computes(
            computeStore,
            clusters,
            operations,
            certificates,
            new GeneratedNames(ZONE, new Random(2)));
    targets = new ComputeTargets(computeStore);
    var workspaces = new Workspaces(database, clock);
    workspace = workspaces.createIfAbsent("s1", "rg1", "ws1", "West Europe");
    new ComputeRoutes(workspaces, computes, clusters, certificates, (_, _) -> users).addTo(router);
    new CertificateRoutes(
            workspaces,
            certificates,
            operations,
            id ->
                targets.names(id).stream()
                    .map(name -> targets.find(id, name).orElseThrow())
                    .map(t -> new Owner(t.id(), Owner.Kind.COMPUTE_TARGET, t.name()))
                    .toList())
        .addTo(router);
    new RequestRoutes(workspaces, store, clock, random).addTo(router);
    timers.start();
    certificates.start();
    care.start();
    operations.start();
  }

  public Response send(String method, String path, String body) {
    return router.handle(Requests.of(method, path, body, Map.of()));
  }

  public static JsonNode json(Response response) {
    return Json.parse(Requests.text(response));
  }

  /** A PUT with this as the inner properties. */
  public Response put(String name, String inner) {
    return send(
        "PUT",
        ROOT + "/computes/" + name,
        "{\"location\":\"West Europe\",\"properties\":{\"computeType\":\"AKS\",\"properties\":"
            + inner
            + "}}");
  }

  /** Waits for the operation of the answer; returns how it ended. */
  public JsonNode ended(Response accepted) throws InterruptedException {
    String url = accepted.headers().get("Azure-AsyncOperation");
    if (url == null) {
      throw new AssertionError(accepted.status() + " " + Requests.text(accepted));
    }
    String path = url.substring("https://127.0.0.1:8443".length());
    Instant deadline = Instant.now().plusSeconds(20);
    while (Instant.now().isBefore(deadline)) {
      JsonNode state = json(send("GET", path, ""));
      if (!state.path("status").asString("").equals("InProgress")) {
        return state;
      }
      Thread.sleep(5);
    }
    throw new AssertionError("the operation does not end");
  }

  /** A change that must succeed; returns the target as clients get it afterwards. */
  public JsonNode made(String name, String inner) throws InterruptedException {
    JsonNode end = ended(put(name, inner));
    if (!end.path("status").asString("").equals("Succeeded")) {
      throw new AssertionError(end.toString());
    }
    return get(name);
  }

  public JsonNode get(String name) {
    return json(send("GET", "/rp/workspaces" + ROOT + "/computes/" + name, ""));
  }

  public static JsonNode ssl(JsonNode compute) {
    return compute.path("properties").path("properties").path("sslConfiguration");
  }

  public static String label(String label, boolean overwrite) {
    return "{\"sslConfiguration\":{\"status\":\"Auto\",\"leafDomainLabel\":\""
        + label
        + "\",\"overwriteExistingDomain\":"
        + overwrite
        + "}}";
  }

  /** The inner properties that bring a certificate of another authority for the name. */
  public static String custom(String cname, EmbeddedAuthority by) {
    var pair = by.issue(List.of(cname), Duration.ofDays(30));
    return custom(cname, Pem.of(pair.chain()), Pem.of(pair.key()));
  }

  public static String custom(String cname, String cert, String key) {
    ObjectNode inner = Json.object();
    inner
        .putObject("sslConfiguration")
        .put("status", "Enabled")
        .put("cname", cname)
        .put("cert", cert)
        .put("key", key);
    return inner.toString();
  }

  /** An authority that has nothing to do with the platform. */
  public EmbeddedAuthority other() {
    return EmbeddedAuthority.create(
        new Permitted(List.of("contoso.test"), List.of()), clock, new SecureRandom());
  }

  @Override
  public void close() {
    timers.close();
    threads.close();
    dns.close();
    database.close();
  }
}
