package dev.gatehouse.certificates.acme;

import dev.gatehouse.certificates.acme.ChallengeSolver.Publication;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Dns01Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proofs that one order asks for: all published before the authority looks at any, because DNS
 * takes its time, and all taken back at the end, whatever happened.
 */
final class Proofs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Proofs.class);
  private static final Set<Status> ENDS =
      Set.of(Status.VALID, Status.INVALID, Status.DEACTIVATED, Status.EXPIRED, Status.REVOKED);
  private static final String PATH = "/.well-known/acme-challenge/";

  private final Conversation conversation;
  private final AcmePorts ports;
  private final List<Proof> proofs = new ArrayList<>();

  Proofs(Conversation conversation, AcmePorts ports) {
    this.conversation = conversation;
    this.ports = ports;
  }

  private record Proof(
      Authorization authorization, Challenge challenge, Publication publication, String step) {}

  /** A solver with the challenge it solves. */
  private record Match(ChallengeSolver solver, Challenge challenge) {}

  void publish(Authorization authorization) throws InterruptedException {
    var name = name(authorization);
    var match = match(authorization, name);
    var step = "to authorize " + name + " by " + match.solver().kind();
    try {
      var publication = publication(match, authorization.getIdentifier().getValue());
      proofs.add(new Proof(authorization, match.challenge(), publication, step));
    } catch (IOException fault) {
      throw conversation.unpublished(step, fault);
    }
  }

  /** Has the authority look at all of them, and waits until it has. */
  void show(Polling polling) throws InterruptedException {
    for (var proof : proofs) {
      conversation.step(
          proof.step(),
          () -> {
            proof.challenge().trigger();
            return proof;
          });
    }
    for (var proof : proofs) {
      var authorization = proof.authorization();
      var status =
          conversation.step(
              proof.step(),
              () -> {
                authorization.fetch();
                return polling.until(ENDS, authorization);
              });
      if (status != Status.VALID) {
        throw conversation.failed(
            proof.step(),
            authorization.getChallenges().stream()
                .map(Challenge::getError)
                .flatMap(Optional::stream)
                .findFirst());
      }
    }
  }

  @Override
  public void close() {
    for (var proof : proofs.reversed()) {
      try {
        proof.publication().close();
      } catch (IOException | RuntimeException fault) {
        // The others must go too, and a left-over answer to an old challenge harms nobody.
        LOG.warn("The answer to the challenge {} could not be taken back.", proof.step(), fault);
      }
    }
  }

  private static String name(Authorization authorization) {
    var value = authorization.getIdentifier().getValue();
    return authorization.isWildcard() ? "*." + value : value;
  }

  private Match match(Authorization authorization, String name) {
    for (var solver : ports.solvers()) {
      if (fits(solver, authorization)) {
        var challenge = challenge(solver, authorization);
        if (challenge != null) {
          return new Match(solver, challenge);
        }
      }
    }
    throw conversation.refused(
        "to authorize " + name,
        "it offers %s, of which none is set up here for such a name (set up: %s)."
            .formatted(
                authorization.getChallenges().stream()
                    .map(Challenge::getType)
                    .collect(Collectors.joining(", ")),
                ports.solvers().stream()
                    .map(ChallengeSolver::kind)
                    .collect(Collectors.joining(", "))));
  }

  private static boolean fits(ChallengeSolver solver, Authorization authorization) {
    var address = Identifier.TYPE_IP.equals(authorization.getIdentifier().getType());
    return switch (solver) {
      case ChallengeSolver.Dns01 _ -> !address;
      case ChallengeSolver.Http01 _ -> !authorization.isWildcard();
      case ChallengeSolver.TlsAlpn01 _ -> !authorization.isWildcard() && !address;
    };
  }

  private static @Nullable Challenge challenge(
      ChallengeSolver solver, Authorization authorization) {
    return authorization.getChallenges().stream()
        .filter(challenge -> challenge.getType().equals(solver.kind()))
        .findFirst()
        .orElse(null);
  }

  private Publication publication(Match match, String name)
      throws IOException, InterruptedException {
    return switch (match.solver()) {
      case ChallengeSolver.Http01 http -> {
        var challenge = (Http01Challenge) match.challenge();
        yield http.publish(name, PATH + challenge.getToken(), challenge.getAuthorization());
      }
      case ChallengeSolver.Dns01 dns -> {
        var challenge = (Dns01Challenge) match.challenge();
        yield dns.publish(challenge.getRRName(name), challenge.getDigest());
      }
      case ChallengeSolver.TlsAlpn01 tls -> {
        var digest = ((TlsAlpn01Challenge) match.challenge()).getAcmeValidation();
        yield tls.publish(
            name, ChallengeCertificate.of(name, digest, ports.clock().instant(), ports.random()));
      }
    };
  }
}
