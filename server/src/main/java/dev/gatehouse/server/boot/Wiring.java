package dev.gatehouse.server.boot;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.RenewalPolicy;
import dev.gatehouse.gateway.Gateway;
import dev.gatehouse.gateway.Snapshot;
import dev.gatehouse.gateway.onnx.OnnxModels;
import dev.gatehouse.server.acme.Acme;
import dev.gatehouse.server.alert.Alerts;
import dev.gatehouse.server.certificate.AuthorityCare;
import dev.gatehouse.server.certificate.AuthorityRoutes;
import dev.gatehouse.server.certificate.CertificateRoutes;
import dev.gatehouse.server.certificate.CertificateStore;
import dev.gatehouse.server.certificate.Certificates;
import dev.gatehouse.server.certificate.Handshake;
import dev.gatehouse.server.certificate.Issuers;
import dev.gatehouse.server.certificate.Issuing;
import dev.gatehouse.server.certificate.Outside;
import dev.gatehouse.server.certificate.PlatformAuthority;
import dev.gatehouse.server.certificate.RequestRoutes;
import dev.gatehouse.server.compute.Clusters;
import dev.gatehouse.server.compute.ComputeRoutes;
import dev.gatehouse.server.compute.ComputeStore;
import dev.gatehouse.server.compute.ComputeTargets;
import dev.gatehouse.server.compute.Computes;
import dev.gatehouse.server.compute.GeneratedNames;
import dev.gatehouse.server.compute.local.LocalReplicas;
import dev.gatehouse.server.compute.local.PythonEnvironments;
import dev.gatehouse.server.identity.Identity;
import dev.gatehouse.server.identity.Installation;
import dev.gatehouse.server.monitoring.Metrics;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.RestServer;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.routing.NameRoutes;
import dev.gatehouse.server.routing.NameServer;
import dev.gatehouse.server.routing.Names;
import dev.gatehouse.server.routing.Publication;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.service.Neighbours;
import dev.gatehouse.server.service.WebServices;
import dev.gatehouse.server.service.driver.ByProgram;
import dev.gatehouse.server.service.driver.InProcess;
import dev.gatehouse.server.service.driver.LocalProcesses;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.state.Timers;
import dev.gatehouse.server.workspace.DeploymentRoutes;
import dev.gatehouse.server.workspace.SubscriptionRoutes;
import dev.gatehouse.server.workspace.WorkspaceRoutes;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Makes every long-lived object of the server, in the order in which they depend on each other. */
final class Wiring implements AutoCloseable {
  /**
   * Public authorities may issue for 200 days at most; ours keeps the pace that they will have in
   * 2027.
   */
  private static final Duration LEAF_LIFE = Duration.ofDays(90);

  private final Closer closer = new Closer();
  private final Settings settings;
  private final DataFolder folder;
  private final Timers timers;
  private final Operations operations;
  private final Identity identity;
  private final Workspaces workspaces;
  private final PlatformAuthority authority;
  private final Acme acme;
  private final Certificates certificates;
  private final AuthorityCare care;
  private final NameServer dns;
  private final Gateway gateway;
  private final LocalReplicas replicas;
  private final WebServices services;
  private final RestServer rest;
  private final String subscription;

  Wiring(Settings settings, DataFolder folder) throws IOException {
    this.settings = settings;
    this.folder = folder;
    var ground = Ground.open(folder, closer);
    Clock clock = ground.clock();
    SecureRandom random = ground.random();
    ExecutorService threads = ground.threads();
    Sealer sealer = ground.sealer();
    Database database = ground.database();
    timers = ground.timers();
    operations = ground.operations();
    Installation installation = ground.installation();
    identity = new Identity(installation, database, clock, random);
    workspaces = new Workspaces(database, clock);
    subscription =
        settings
            .home()
            .subscription()
            .orElseGet(() -> installation.text("subscription", () -> UUID.randomUUID().toString()));

    List<InetAddress> advertised = List.of(settings.listen().advertised());
    String zone = settings.names().zone();
    dns = Derived.nameServer(settings, clock);
    // The embedded server has nothing to wait for, and is to answer before the services start.
    var names =
        new Names(
            dns, zone, advertised, settings.names().update().isPresent() ? threads : Runnable::run);

    authority =
        new PlatformAuthority(
            database,
            sealer,
            Derived.permitted(settings),
            Derived.signing(settings, clock, random));
    var certificateStore = new CertificateStore(database, sealer);
    acme =
        new Acme(
            database,
            sealer,
            new Acme.Surroundings(this::publish, names, clock, random, Thread::sleep));
    var issuing =
        new Issuing(
            new Issuers(settings.issuers().open(acme, authority), database, threads, clock),
            authority,
            LEAF_LIFE,
            new RenewalPolicy(random),
            Derived.controlPlaneNames(settings));
    CertifiedKey own = Certificates.controlPlane(certificateStore, issuing, clock);
    var alerts = new Alerts(settings.watch().webhook(), Alerts.Pace.DEFAULT);
    closer.add("alerts", alerts);
    var gatewaySettings = Derived.gatewaySettings(settings, folder);
    var sight = new Sight(settings, folder, clock, closer);
    gateway =
        new Gateway(
            gatewaySettings.withWatchers(sight.watchers()), Snapshot.empty(own), clock, random);
    var publication = new Publication(gateway::update, this::addresses);
    var outside = new Outside(publication, names, new Handshake(this::reachable), alerts);
    certificates = new Certificates(certificateStore, issuing, outside, timers, clock);
    care = new AuthorityCare(database, authority, certificates, timers);

    var registry = new Registry(ground, folder);
    var computeStore = new ComputeStore(database, sealer, clock);
    var clusters = new Clusters(database, clock);
    var generated = new GeneratedNames(zone, random);
    var computes = new Computes(computeStore, clusters, operations, certificates, generated);
    var targets = new ComputeTargets(computeStore);

    replicas =
        new LocalReplicas(
            Derived.replicaSettings(settings, folder), clock, random, sight.insights()::line);
    var processes =
        new LocalProcesses(
            Derived.processSettings(folder),
            new PythonEnvironments(Derived.environmentSettings(settings)),
            replicas);
    var onnx = new InProcess(new OnnxModels(1));
    services =
        new WebServices(
            new WebServices.Base(
                database, operations, workspaces, sealer, clock, random, threads, alerts),
            new Neighbours(
                new Shelves.OfModels(registry.models()),
                registry.artifacts()::under,
                targets::find,
                new Shelves.OfCertificates(certificates)),
            new ByProgram(processes, onnx),
            new WebServices.Publishing(
                publication,
                this::addresses,
                new WebServices.Measuring(gateway::load, gateway::counts),
                generated,
                sight.observers()),
            new WebServices.TokenKey(
                identity.tokens().privateKey(), identity.tokens().publicKey()));

    var router = new Router(identity.tokens());
    identity.addTo(router);
    new SubscriptionRoutes(
            database, subscription, settings.names().region(), identity.admin().tenant())
        .addTo(router);
    new WorkspaceRoutes(workspaces, id -> inhabitants(id, targets)).addTo(router);
    new DeploymentRoutes(database, workspaces, clock).addTo(router);
    registry.addTo(router, workspaces, services.modelUse());
    new ComputeRoutes(workspaces, computes, clusters, certificates, services.computeUse())
        .addTo(router);
    new AuthorityRoutes(care, root -> DataFolder.write(folder.authority(), root, false))
        .addTo(router);
    new CertificateRoutes(
            workspaces, certificates, operations, new Shelves.OfOwners(targets, services))
        .addTo(router);
    new RequestRoutes(workspaces, certificateStore, clock, random).addTo(router);
    new NameRoutes(names).addTo(router);
    services.addTo(router);
    new Metrics(
            new Metrics.Sources(
                gateway::measure, services::rollOuts, certificates, alerts, sight.counts()),
            clock)
        .addTo(router, settings.watch().metricsOpen());
    rest = new RestServer(router, Derived.controlSocket(folder));
  }

  /**
   * Opens the doors: first what answers, then what works, then what was under way when the last
   * process ended.
   */
  void start() throws IOException {
    workspaces.createIfAbsent(
        subscription,
        settings.home().resourceGroup(),
        settings.home().workspace(),
        settings.names().region());
    rest.start();
    closer.add("control plane", rest);
    dns.start();
    closer.add("DNS server", dns);
    gateway.start();
    closer.add("gateway", gateway);
    replicas.start();
    closer.add("replicas", replicas);
    closer.add("precedence", Precedence.start());
    closer.add("services", services);
    services.announce();
    timers.start();
    closer.add("timers", timers);
    Thread.startVirtualThread(acme::takeBackLeftOver);
    certificates.start();
    care.start();
    operations.start();
    services.start();
    new Notices(folder, identity.admin(), authority.rootPem()).write(status());
  }

  /** What the terminal shows when everything runs. */
  String greeting() {
    return Notices.greeting(status(), folder);
  }

  private Notices.Status status() {
    return new Notices.Status(
        gateway.https(),
        gateway.http(),
        dns.address(),
        settings.names(),
        settings.home(),
        subscription);
  }

  private void publish(UnaryOperator<Snapshot> change) {
    gateway.update(change);
  }

  private Publication.Addresses addresses() {
    return new Publication.Addresses(
        settings.listen().advertised().getHostAddress(),
        gateway.https().getPort(),
        gateway.http().getPort(),
        settings.listen().open());
  }

  /** The gateway's HTTPS address as this machine reaches it. */
  private InetSocketAddress reachable() {
    InetSocketAddress bound = gateway.https();
    return bound.getAddress().isAnyLocalAddress()
        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getPort())
        : bound;
  }

  private List<String> inhabitants(String workspaceId, ComputeTargets targets) {
    return Stream.concat(
            services.names(workspaceId).stream().map(name -> "the service '" + name + "'"),
            targets.names(workspaceId).stream().map(name -> "the compute target '" + name + "'"))
        .toList();
  }

  @Override
  public void close() {
    closer.close();
  }
}
