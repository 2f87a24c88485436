package dev.gatehouse.certificates.acme;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.HostName;
import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.Mint;
import dev.gatehouse.certificates.RenewalWindow;
import dev.gatehouse.certificates.RenewingIssuer;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.OrderBuilder;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.toolbox.AcmeUtils;

/**
 * An authority that speaks ACME. How long its certificates live is decided by it, its profile or
 * its settings, not by the caller; safe for many threads.
 */
public final class AcmeIssuer implements RenewingIssuer {
  private static final Set<Status> READY = Set.of(Status.READY, Status.VALID, Status.INVALID);
  private static final Set<Status> DONE = Set.of(Status.VALID, Status.INVALID);

  private final AcmeSettings settings;
  private final AcmePorts ports;
  private final AcmeClient client;
  private final Conversation conversation;
  private final Registration registration;

  /** Asks the authority nothing yet, so that its absence does not keep anything from starting. */
  public AcmeIssuer(AcmeSettings settings, AcmePorts ports) {
    this.settings = settings;
    this.ports = ports;
    this.client = new AcmeClient(settings.server().anchors(), ports.clock());
    this.conversation = new Conversation(name(settings));
    this.registration = new Registration(settings, ports, conversation);
  }

  @Override
  public String name() {
    return name(settings);
  }

  @Override
  public CertifiedKey issue(List<String> names, Duration life) throws InterruptedException {
    return order(names, null);
  }

  @Override
  public CertifiedKey renew(X509Certificate previous, List<String> names, Duration life)
      throws InterruptedException {
    return order(names, renewalId(previous));
  }

  @Override
  public Optional<RenewalWindow> renewalWindow(X509Certificate certificate)
      throws InterruptedException {
    var id = renewalId(certificate);
    if (id == null) {
      return Optional.empty();
    }
    return conversation.step(
        "to tell the renewal window of " + certificate.getSerialNumber().toString(16),
        () -> RenewalQuery.ask(session(), id, ports.clock()));
  }

  private static String name(AcmeSettings settings) {
    return settings.server().name();
  }

  private Session session() {
    return new Session(settings.server().directory(), client);
  }

  private CertifiedKey order(List<String> names, @Nullable String replaces)
      throws InterruptedException {
    var identifiers = identifiers(names);
    var step = "to certify " + String.join(", ", names);
    var session = session();
    var profile = profile(session);
    var login = registration.open(session);
    var order = conversation.step(step, () -> place(login, identifiers, profile, replaces));
    var polling = new Polling(settings.patience(), ports.clock(), ports.pause());
    authorize(order, step, polling);
    await(READY, order, step, polling);
    var key = Mint.newKey("secp256r1", ports.random());
    if (order.getStatus() == Status.READY) {
      conversation.step(
          step,
          () -> {
            order.execute(key);
            return order;
          });
    }
    await(DONE, order, step, polling);
    var chain = conversation.step(step, () -> order.getCertificate().getCertificateChain());
    return certified(chain, key, step);
  }

  private List<Identifier> identifiers(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("names: none (expected: at least one)");
    }
    return names.stream().map(this::identifier).distinct().toList();
  }

  private Identifier identifier(String name) {
    var address = HostName.address(name);
    if (address.isPresent()) {
      return Identifier.ip(address.get());
    }
    return HostName.normal(name)
        .map(Identifier::dns)
        .orElseThrow(() ->
            IssuerFault.refused(
                "'%s' is no DNS name and no address: ask '%s' for names as in 'api.contoso.com'."
                    .formatted(name, name())));
  }

  /** An authority without any profiles has one way of doing it, which has to do. */
  private @Nullable String profile(Session session) throws InterruptedException {
    var wanted = settings.profile();
    var offered =
        conversation.step("to show its directory", () -> session.getMetadata().getProfiles());
    if (wanted.isEmpty() || offered.isEmpty()) {
      return null;
    }
    if (!offered.contains(wanted)) {
      throw conversation.refused(
          "to use the profile '" + wanted + "'",
          "it offers %s: choose one of them, or none."
              .formatted(String.join(", ", offered.stream().sorted().toList())));
    }
    return wanted;
  }

  private Order place(
      Login login,
      List<Identifier> identifiers,
      @Nullable String profile,
      @Nullable String replaces)
      throws AcmeException {
    var mentioned = replaces != null && RenewalQuery.offered(login.getSession()) ? replaces : null;
    if (mentioned != null) {
      try {
        return builder(login, identifiers, profile).replaces(mentioned).create();
      } catch (Refusal refusal) {
        // Of another issuer, of another account, or replaced already: no reason not to renew.
        if (refusal.retryAfter().isPresent() || refusal.is("rateLimited")) {
          throw refusal;
        }
      }
    }
    return builder(login, identifiers, profile).create();
  }

  private OrderBuilder builder(
      Login login, List<Identifier> identifiers, @Nullable String profile) {
    var builder = login.newOrder().identifiers(identifiers);
    if (!settings.life().isZero()) {
      builder.notAfter(ports.clock().instant().plus(settings.life()));
    }
    return profile == null ? builder : builder.profile(profile);
  }

  private void authorize(Order order, String step, Polling polling) throws InterruptedException {
    try (var proofs = new Proofs(conversation, ports)) {
      for (var authorization : order.getAuthorizations()) {
        var status = conversation.step(step, authorization::getStatus);
        if (status == Status.PENDING) {
          proofs.publish(authorization);
        }
      }
      proofs.show(polling);
    }
  }

  private void await(Set<Status> ends, Order order, String step, Polling polling)
      throws InterruptedException {
    var status =
        conversation.step(
            step,
            () -> {
              order.fetch();
              return polling.until(ends, order);
            });
    if (status == Status.INVALID) {
      throw conversation.failed(step, order.getError());
    }
  }

  private CertifiedKey certified(List<X509Certificate> chain, KeyPair key, String step) {
    if (chain.isEmpty() || !chain.getFirst().getPublicKey().equals(key.getPublic())) {
      throw conversation.failed(step + " (it certified another key)", Optional.empty());
    }
    var last = chain.getLast();
    var rooted =
        chain.size() > 1 && last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
    return new CertifiedKey(rooted ? chain.subList(0, chain.size() - 1) : chain, key.getPrivate());
  }

  /** Null for a certificate that does not say by which key it was signed. */
  private static @Nullable String renewalId(X509Certificate certificate) {
    try {
      return AcmeUtils.getRenewalUniqueIdentifier(certificate);
    } catch (AcmeProtocolException _) {
      return null;
    }
  }
}
