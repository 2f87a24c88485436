package dev.gatehouse.server.acme;

import dev.gatehouse.certificates.acme.ChallengeSolver;
import dev.gatehouse.gateway.Proofs;
import dev.gatehouse.gateway.Snapshot;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What the gateway itself shows to authorities: in memory only, so a crash takes it back. */
final class GatewayProofs {
  private final Consumer<UnaryOperator<Snapshot>> gateway;

  GatewayProofs(Consumer<UnaryOperator<Snapshot>> gateway) {
    this.gateway = gateway;
  }

  ChallengeSolver.Http01 files() {
    return (name, path, content) -> {
      change(proofs -> proofs.withFile(name, path, content));
      return () -> change(proofs -> proofs.withoutFile(name, path));
    };
  }

  ChallengeSolver.TlsAlpn01 certificates() {
    return (name, pair) -> {
      change(proofs -> proofs.withCertificate(name, pair));
      return () -> change(proofs -> proofs.withoutCertificate(name, pair));
    };
  }

  private void change(UnaryOperator<Proofs> change) {
    gateway.accept(snapshot -> snapshot.withProofs(change));
  }
}
