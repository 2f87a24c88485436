package dev.gatehouse.certificates.acme;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/** What an {@link AcmeIssuer} needs around it; the first solver that fits a name is taken. */
public record AcmePorts(
    List<ChallengeSolver> solvers,
    AccountKeys accountKeys,
    InstantSource clock,
    SecureRandom random,
    Pause pause) {
  public AcmePorts {
    solvers = List.copyOf(solvers);
    if (solvers.isEmpty()) {
      throw new IllegalArgumentException("challenge solvers: none (expected: at least one)");
    }
  }
}
