package dev.gatehouse.server.certificate;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.RevocationList.Reason;
import dev.gatehouse.server.alert.Alert;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Changes what is served: shows, proves and stores it, or puts back what was there. A change is
 * stored after its proof, so a crash before that leaves the old certificate.
 */
final class Swaps {
  private final CertificateStore store;
  private final Exhibition exhibition;
  private final Consumer<Alert> alerts;
  private final InstantSource clock;

  // One change at a time: what the gateway, the DNS and the table say must not be mixed. Nobody
  // waits for an issuer while holding it.
  private final ReentrantLock changing = new ReentrantLock();

  Swaps(
      CertificateStore store, Exhibition exhibition, Consumer<Alert> alerts, InstantSource clock) {
    this.store = store;
    this.exhibition = exhibition;
    this.alerts = alerts;
    this.clock = clock;
  }

  /**
   * What is to be served next.
   *
   * @param renewed the certificate that it replaces; when that is no longer in service, nothing is
   *     to be done
   * @param revoked why what it replaces is no longer good, if it is not simply old
   */
  record Change(Stored next, Optional<Stored> renewed, Optional<Reason> revoked) {}

  /** What must not stay as it is with what is reached by the owner's name. */
  List<String> warnings(String owner) {
    return exhibition.warnings(owner);
  }

  /** Shows everything that is stored. */
  void showAll() {
    changing.lock();
    try {
      store.all().forEach(exhibition::showAgain);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Lets the name of a certificate that is about to be issued lead to us: its issuer may want to
   * look here. To be recanted when it is not issued.
   */
  void announce(String host) {
    if (store.atHost(host).isEmpty()) {
      exhibition.announceName(host);
    }
  }

  void recant(String host) {
    changing.lock();
    try {
      if (store.atHost(host).isEmpty()) {
        exhibition.forgetName(host);
      }
    } finally {
      changing.unlock();
    }
  }

  /** Whether it is served now; throws with everything as it was before. */
  boolean install(Change change) throws InterruptedException {
    Stored next = change.next();
    changing.lockInterruptibly();
    try {
      Optional<Stored> before = store.inService(next.owner());
      if (change.renewed().isPresent()
          && before.filter(b -> b.id().equals(change.renewed().get().id())).isEmpty()) {
        return false;
      }
      Optional<Stored> holder =
          store.atHost(next.host()).filter(h -> !h.owner().equals(next.owner()));
      try {
        exhibition.show(next);
        prove(next);
        store.replace(next, clock.instant(), change.revoked());
      } catch (RuntimeException | InterruptedException e) {
        before.ifPresentOrElse(b -> exhibition.showAgain(b, next), () -> exhibition.hide(next));
        holder.ifPresent(exhibition::showAgain);
        throw e;
      }
      before.filter(b -> !b.host().equals(next.host())).ifPresent(exhibition::forgetName);
      return true;
    } finally {
      changing.unlock();
    }
  }

  /** Forgets the owner's certificate and takes its name out of the gateway and the DNS. */
  void remove(String owner) {
    changing.lock();
    try {
      Optional<Stored> old = store.inService(owner);
      store.retire(owner, clock.instant(), Reason.CESSATION_OF_OPERATION);
      old.ifPresent(exhibition::hide);
    } finally {
      changing.unlock();
    }
  }

  private void prove(Stored next) throws InterruptedException {
    try {
      exhibition.prove(next);
    } catch (ProblemException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("while proving the certificate of " + next.host());
      }
      alerts.accept(
          new Alert(clock.instant(), Alert.Kind.PROOF_FAILED, next.host(), e.problem().message()));
      throw e;
    }
  }
}
