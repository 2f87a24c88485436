package dev.gatehouse.certificates.acme;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeServerException;

/**
 * An answer of the authority that is no success, with its status and what it asks of our patience.
 */
final class Refusal extends AcmeException {
  private static final String PREFIX = "urn:ietf:params:acme:error:";

  private final int status;
  private final @Nullable Duration retryAfter;

  Refusal(int status, @Nullable Duration retryAfter, AcmeException cause) {
    super(cause.getMessage(), cause);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  int status() {
    return status;
  }

  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  Optional<Problem> problem() {
    return getCause() instanceof AcmeServerException server
        ? Optional.of(server.getProblem())
        : Optional.empty();
  }

  /** Whether the problem is the one that ACME calls so, as in {@code rateLimited}. */
  boolean is(String name) {
    return problem().filter(problem -> name.equals(name(problem))).isPresent();
  }

  /** The last part of ACME's own problem types, the whole of any other. */
  static String name(Problem problem) {
    var type = problem.getType().toString();
    return type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : type;
  }
}
