package dev.gatehouse.server.acme;

import dev.gatehouse.certificates.acme.AcmeIssuer;
import dev.gatehouse.certificates.acme.AcmePorts;
import dev.gatehouse.certificates.acme.AcmeSettings;
import dev.gatehouse.certificates.acme.ChallengeSolver;
import dev.gatehouse.certificates.acme.Pause;
import dev.gatehouse.gateway.Snapshot;
import dev.gatehouse.server.routing.Names;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Makes issuers of authorities, which share the accounts and the places of the proofs. */
public final class Acme {
  private final Accounts accounts;
  private final GatewayProofs gateway;
  private final DnsProofs dns;
  private final Surroundings around;

  public Acme(Database database, Sealer sealer, Surroundings around) {
    this.accounts = new Accounts(database, sealer, around.clock());
    this.gateway = new GatewayProofs(around.gateway());
    this.dns = new DnsProofs(database, around.names(), around.pause());
    this.around = around;
  }

  /** Where proofs are shown, and what time and chance are. */
  public record Surroundings(
      Consumer<UnaryOperator<Snapshot>> gateway,
      Names names,
      InstantSource clock,
      SecureRandom random,
      Pause pause) {}

  /**
   * How names are proven to one authority.
   *
   * @param challenges the first that fits a name is taken
   * @param dnsWait how long the zone's other servers need to have a new record too
   */
  public record Proving(List<Challenge> challenges, Duration dnsWait) {
    public Proving {
      challenges = List.copyOf(challenges);
    }
  }

  /** Asks the authority nothing yet. */
  public AcmeIssuer issuer(AcmeSettings settings, Proving proving) {
    List<ChallengeSolver> solvers =
        proving.challenges().stream()
            .<ChallengeSolver>map(challenge ->
                switch (challenge) {
                  case HTTP_01 -> gateway.files();
                  case DNS_01 -> dns.records(proving.dnsWait());
                  case TLS_ALPN_01 -> gateway.certificates();
                })
            .toList();
    return new AcmeIssuer(
        settings,
        new AcmePorts(solvers, accounts, around.clock(), around.random(), around.pause()));
  }

  /** Takes back the proofs that the last process left behind; waits for the DNS. */
  public void takeBackLeftOver() {
    dns.takeBackLeftOver();
  }
}
