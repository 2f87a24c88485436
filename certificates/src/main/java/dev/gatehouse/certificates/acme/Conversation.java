package dev.gatehouse.certificates.acme;

import dev.gatehouse.certificates.IssuerFault;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeProtocolException;

/** Takes the steps with one authority; a fault names the authority, the step and ACME's problem. */
final class Conversation {
  /** For a rate limit without a time: Let's Encrypt's shortest window is an hour. */
  private static final Duration RATE_LIMIT = Duration.ofHours(1);

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  /** Problems of the request or the account: the same request meets them again. */
  private static final Set<String> LASTING =
      Set.of(
          "accountDoesNotExist",
          "badCSR",
          "badPublicKey",
          "caa",
          "externalAccountRequired",
          "invalidContact",
          "invalidProfile",
          "rejectedIdentifier",
          "unsupportedContact",
          "unsupportedIdentifier",
          "userActionRequired");

  /** What a wrong key of an external account is answered with, which no second try makes right. */
  private static final Set<String> LASTING_FOR_ACCOUNTS = Set.of("malformed", "unauthorized");

  private final String authority;

  Conversation(String authority) {
    this.authority = authority;
  }

  interface Action<T> {
    T run() throws AcmeException, InterruptedException;
  }

  /** {@code step} completes the sentence "'X' refused ...", as in "to open our account". */
  <T> T step(String step, Action<T> action) throws InterruptedException {
    try {
      return action.run();
    } catch (AcmeLazyLoadingException fault) {
      throw fault(
          step,
          fault.getCause() instanceof AcmeException cause ? cause : new AcmeException("", fault));
    } catch (AcmeException fault) {
      throw fault(step, fault);
    } catch (AcmeProtocolException | IllegalStateException fault) {
      throw IssuerFault.unavailable(
          "'%s' gave an answer that is no ACME when asked %s: %s."
              .formatted(authority, step, reason(fault)),
          fault);
    }
  }

  IssuerFault refused(String step, String reason) {
    return IssuerFault.refused("'%s' refused %s: %s".formatted(authority, step, reason));
  }

  /** What a challenge or an order came to; a later try may meet a better world. */
  IssuerFault failed(String step, Optional<Problem> problem) {
    var sentence =
        "'%s' refused %s: %s."
            .formatted(
                authority, step, problem.map(Conversation::text).orElse("it gave no reason"));
    return problem.map(Refusal::name).filter(LASTING::contains).isPresent()
        ? IssuerFault.refused(sentence)
        : IssuerFault.unavailable(sentence, new AcmeException(sentence));
  }

  IssuerFault unpublished(String step, Exception cause) {
    return IssuerFault.unavailable(
        "'%s' was not asked %s: the answer to the challenge could not be published: %s."
            .formatted(authority, step, reason(cause)),
        cause);
  }

  private IssuerFault fault(String step, AcmeException fault) throws InterruptedException {
    if (causes(fault).stream().anyMatch(InterruptedException.class::isInstance)) {
      throw (InterruptedException)
          new InterruptedException("while waiting for " + authority).initCause(fault);
    }
    return switch (fault) {
      case Refusal refusal -> fault(step, refusal);
      case OutOfPatience late ->
          IssuerFault.unavailable(
              "'%s' took too long %s: %s.".formatted(authority, step, late.getMessage()), late);
      default ->
          IssuerFault.unavailable(
              "'%s' could not be reached %s: %s.".formatted(authority, step, reason(fault)), fault);
    };
  }

  private IssuerFault fault(String step, Refusal refusal) {
    var sentence =
        "'%s' refused %s: %s."
            .formatted(
                authority,
                step,
                refusal.problem().map(Conversation::text).orElse(refusal.getMessage()));
    var limited =
        refusal.is("rateLimited")
            || refusal.status() == TOO_MANY_REQUESTS
            || (refusal.status() == UNAVAILABLE && refusal.retryAfter().isPresent());
    if (limited) {
      var patience = refusal.retryAfter().orElse(RATE_LIMIT);
      return IssuerFault.busy(sentence + " It asks to wait " + patience + ".", patience);
    }
    var problem = refusal.problem().map(Refusal::name).orElse("");
    var lasting =
        LASTING.contains(problem)
            || (step.equals(Registration.STEP) && LASTING_FOR_ACCOUNTS.contains(problem));
    return lasting ? IssuerFault.refused(sentence) : IssuerFault.unavailable(sentence, refusal);
  }

  /** Its sentence with those of its parts, and its type for those who look it up. */
  private static String text(Problem problem) {
    var sentence = problem.toString();
    var bare = sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    return bare + " [" + problem.getType() + "]";
  }

  /** The innermost words: acme4j's own say no more than "Network error". */
  private static String reason(Throwable fault) {
    var words =
        causes(fault).stream()
            .map(each ->
                each.getMessage() == null ? each.getClass().getSimpleName() : each.getMessage())
            .distinct()
            .toList();
    return words.stream().skip(Math.max(0, words.size() - 2L)).collect(Collectors.joining(": "));
  }

  private static List<Throwable> causes(Throwable fault) {
    return Stream.iterate(fault, Objects::nonNull, Throwable::getCause).limit(10).toList();
  }
}
