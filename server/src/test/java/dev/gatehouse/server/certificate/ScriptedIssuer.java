package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.Permitted;
import dev.gatehouse.certificates.RenewalWindow;
import dev.gatehouse.certificates.RenewingIssuer;
import dev.gatehouse.server.compute.Platform;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** An authority far away that does what a test tells it to. */
final class ScriptedIssuer implements RenewingIssuer {
  final List<String> asked = new CopyOnWriteArrayList<>();
  volatile Duration life = Duration.ofDays(90);
  volatile Answer answer = () -> {};
  volatile Question question = Optional::empty;
  private final String name;
  private final EmbeddedAuthority authority;

  /** Comes before a certificate: a fault, or a wait. */
  interface Answer {
    void run() throws InterruptedException;
  }

  /** Comes before a window. */
  interface Question {
    Optional<RenewalWindow> window();
  }

  ScriptedIssuer(String name, InstantSource clock) {
    this.name = name;
    this.authority =
        EmbeddedAuthority.create(
            new Permitted(List.of(Platform.ZONE), List.of()), clock, new SecureRandom());
  }

  Issuers.Listed listed(Duration limit) {
    return new Issuers.Listed(name, "short", this, limit);
  }

  void down() {
    answer =
        () -> {
          throw IssuerFault.unavailable(
              "'" + name + "' could not be reached.", new IOException("refused"));
        };
  }

  void busy(Duration patience) {
    answer =
        () -> {
          throw IssuerFault.busy("'" + name + "' has had enough.", patience);
        };
  }

  void up() {
    answer = () -> {};
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CertifiedKey issue(List<String> names, Duration wanted) throws InterruptedException {
    asked.add(names.getFirst());
    answer.run();
    return authority.issue(names, life);
  }

  @Override
  public CertifiedKey renew(X509Certificate previous, List<String> names, Duration wanted)
      throws InterruptedException {
    asked.add(names.getFirst() + " for " + previous.getSerialNumber().toString(16));
    answer.run();
    return authority.issue(names, life);
  }

  @Override
  public Optional<RenewalWindow> renewalWindow(X509Certificate certificate) {
    return question.window();
  }
}
