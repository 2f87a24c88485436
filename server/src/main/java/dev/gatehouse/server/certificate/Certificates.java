package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.RevocationList.Reason;
import dev.gatehouse.server.state.Timers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one certificate that each owner (a compute target or a service with an own name) has; every
 * change ends with a handshake that shows the new serial, or is undone.
 */
public final class Certificates {
  static final String CONTROL_PLANE = "control-plane";

  private static final Logger log = LoggerFactory.getLogger(Certificates.class);

  private final CertificateStore store;
  private final Issuing issuing;
  private final InstantSource clock;
  private final Swaps swaps;
  private final Renewals renewals;

  /** Before the start of the timers. */
  public Certificates(
      CertificateStore store,
      Issuing issuing,
      Outside outside,
      Timers timers,
      InstantSource clock) {
    this.store = store;
    this.issuing = issuing;
    this.clock = clock;
    var exhibition = new Exhibition(outside, issuing.controlPlane());
    this.swaps = new Swaps(store, exhibition, outside.alerts(), clock);
    this.renewals = new Renewals(store, issuing, swaps, timers, clock, outside.alerts());
  }

  /** A certificate in service; the chain is PEM, the key is not in it. */
  public record Installed(String owner, String host, boolean brought, String chainPem) {}

  /**
   * The control plane's own pair, for a gateway to begin with: the stored one, or a new one at the
   * first start, when its names have changed, or when it is over.
   */
  public static CertifiedKey controlPlane(
      CertificateStore store, Issuing issuing, InstantSource clock) {
    Optional<Stored> kept = store.inService(CONTROL_PLANE);
    Instant now = clock.instant();
    if (kept.isPresent()) {
      var facts = kept.get().facts();
      if (Issuing.canonical(facts.names()).equals(Issuing.canonical(issuing.controlPlane()))
          && now.isBefore(facts.notAfter())) {
        return kept.get().pair();
      }
    }
    try {
      Stored next = Renewals.controlPlane(issuing);
      store.replace(next, now);
      return next.pair();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted at the start", e);
    }
  }

  /** Shows everything that is stored, and sees to it that it is renewed; the timers must run. */
  public void start() {
    swaps.showAll();
    renewals.start();
  }

  /**
   * Checks a brought certificate without storing it; a fault is a 400 that says what and what to
   * do. A key that was not sent may be one that was made here for a request of the workspace.
   */
  public BroughtPair check(String workspaceId, BroughtPem sent) {
    return BroughtPair.check(sent, key -> store.requests().key(workspaceId, key), clock.instant());
  }

  /** A 409 when a custom name cannot be given to the owner because it is somebody else's. */
  public void refuseTaken(String owner, String host) {
    String name = host.toLowerCase(Locale.ROOT);
    boolean taken = store.atHost(name).filter(holder -> !holder.owner().equals(owner)).isPresent();
    if (taken || issuing.controlPlane().contains(name)) {
      throw new ProblemException(
          new Problem.Conflict(
              "NameTaken",
              "The name '%s' is served for something else already; take it away there first, or use another one."
                  .formatted(name)));
    }
  }

  /**
   * Stores the pair sealed, puts it into the gateway under its name, and proves it by a handshake.
   */
  public void installBrought(String owner, BroughtPair pair) throws InterruptedException {
    refuseTaken(owner, pair.cname());
    Remarks remarks = pair.remarks();
    remarks.repairs().forEach(repair -> log.info("certificate of {}: {}", pair.cname(), repair));
    remarks.warnings().forEach(warning -> log.warn("certificate of {}: {}", pair.cname(), warning));
    var warning = Renewals.nextWarning(pair.pair(), clock.instant());
    var next =
        new Stored(
            Renewals.newId(),
            owner,
            pair.cname(),
            new Origin.Brought(remarks),
            pair.pair(),
            warning.orElse(null),
            null,
            0,
            null);
    swaps.install(new Swaps.Change(next, Optional.empty(), Optional.of(Reason.SUPERSEDED)));
    renewals.watch(next);
  }

  /**
   * Sees to it that a certificate of ours is in service at the name: issues it, adds its DNS
   * record, installs and proves it. When another owner has the name, it moves.
   */
  public void ensureIssued(String owner, String host) throws InterruptedException {
    ensureIssued(owner, host, "");
  }

  /**
   * The same, but the one in service is renewed if it has the chain {@code renewed}: asking twice
   * renews once.
   */
  public void ensureIssued(String owner, String host, String renewed) throws InterruptedException {
    renewals.ensure(owner, host.toLowerCase(Locale.ROOT), renewed);
  }

  /** A new key and certificate now, whatever is left of the old one. */
  public void renew(String owner) throws InterruptedException {
    renewals.renew(renewable(owner));
  }

  /** The same, unless the one with this id has been replaced already. */
  void renew(String owner, String id) throws InterruptedException {
    Stored present = renewable(owner);
    if (present.id().equals(id)) {
      renewals.renew(present);
    }
  }

  /** The id of the certificate of ours that the owner has; a 400 when it has none. */
  String renewableId(String owner) {
    return renewable(owner).id();
  }

  private Stored renewable(String owner) {
    return store
        .inService(owner)
        .filter(each -> !each.brought())
        .orElseThrow(() ->
            ProblemException.invalid(
                "There is no certificate of ours to renew; a custom one is renewed by sending the new one."));
  }

  /** Has those of the issued ones renewed soon, each by its own alarm. */
  void reissue(Predicate<CertifiedKey> which) {
    store.all().stream()
        .filter(each -> !each.brought() && which.test(each.pair()))
        .forEach(renewals::hasten);
  }

  /** The same, but the control plane's own is renewed before this returns. */
  void follow(Predicate<CertifiedKey> which) throws InterruptedException {
    Optional<Stored> own =
        store.inService(CONTROL_PLANE).filter(present -> which.test(present.pair()));
    if (own.isPresent()) {
      renewals.renew(own.get());
    }
    reissue(which);
  }

  /** Forgets the owner's certificate and takes its name out of the gateway and the DNS. */
  public void remove(String owner) {
    swaps.remove(owner);
  }

  /** What is served for the owner. */
  public Optional<Installed> of(String owner) {
    return store
        .inService(owner)
        .map(each -> new Installed(owner, each.host(), each.brought(), each.chainPem()));
  }

  /** How the owner's certificate stands. */
  public Optional<Standing> standing(String owner) {
    return store
        .inService(owner)
        .map(each ->
            Standing.of(each, store.window(each.id()), store.history(owner), clock.instant()));
  }

  /** What must not stay as it is with the services that are reached by the owner's name. */
  public List<String> warnings(String owner) {
    return swaps.warnings(owner);
  }

  /** What is ahead of every certificate in service. */
  public List<Outlook> outlook() {
    return store.outlook();
  }

  /** Serves the alarm of one stored certificate; says when it is to ring again. */
  Optional<Instant> ring(String id) throws InterruptedException {
    return renewals.ring(id);
  }

  /** Asks the issuer of one about its window; says when to ask again. */
  Optional<Instant> ask(String id) throws InterruptedException {
    return renewals.ask(id);
  }
}
