package dev.gatehouse.certificates;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An issuer did not sign; says whether trying again helps, and when at the earliest. */
public final class IssuerFault extends RuntimeException {
  private final boolean lasting;
  private final @Nullable Duration retryAfter;

  private IssuerFault(
      String sentence, boolean lasting, @Nullable Duration retryAfter, @Nullable Throwable cause) {
    super(sentence, cause);
    this.lasting = lasting;
    this.retryAfter = retryAfter;
  }

  /** The request itself is at fault: the same one is refused again. */
  public static IssuerFault refused(String sentence) {
    return new IssuerFault(sentence, true, null, null);
  }

  /** The issuer could not be reached, or stumbled: a later try may succeed. */
  public static IssuerFault unavailable(String sentence, Throwable cause) {
    return new IssuerFault(sentence, false, null, cause);
  }

  /** The issuer asks for patience, as a rate limit does. */
  public static IssuerFault busy(String sentence, Duration retryAfter) {
    return new IssuerFault(sentence, false, retryAfter, null);
  }

  /** Whether trying again is pointless until the request changes. */
  public boolean lasting() {
    return lasting;
  }

  /** How long the issuer itself wants to be left alone; earlier tries only make it worse. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
