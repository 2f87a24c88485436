package dev.gatehouse.certificates.acme;

import dev.gatehouse.certificates.RenewalWindow;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.toolbox.JSON;

/** Asks for a renewal window (RFC 9773); needs no account, and so no key. */
final class RenewalQuery {
  /** Section 4.3.2: a client asks at least once a day, and a minute apart at least. */
  private static final Duration RAREST = Duration.ofDays(1);

  private static final Duration DENSEST = Duration.ofMinutes(1);
  private static final Duration USUAL = Duration.ofHours(6);
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int TOO_MANY_REQUESTS = 429;

  private RenewalQuery() {}

  static boolean offered(Session session) throws AcmeException {
    return session.resourceUrlOptional(Resource.RENEWAL_INFO).isPresent();
  }

  /** Empty where the authority has no windows, does not know the certificate, or talks nonsense. */
  static Optional<RenewalWindow> ask(Session session, String id, InstantSource clock)
      throws AcmeException {
    if (!offered(session)) {
      return Optional.empty();
    }
    var base = session.resourceUrl(Resource.RENEWAL_INFO).toExternalForm();
    try (var connection = session.connect()) {
      var url = URI.create(base.endsWith("/") ? base + id : base + "/" + id).toURL();
      connection.sendRequest(url, session, null);
      var wish = connection.getRetryAfter().map(then -> Duration.between(clock.instant(), then));
      return window(connection.readJsonResponse(), wish.orElse(USUAL));
    } catch (Refusal refusal) {
      if (refusal.status() >= FIRST_SERVER_ERROR || refusal.status() == TOO_MANY_REQUESTS) {
        throw refusal;
      }
      return Optional.empty();
    } catch (MalformedURLException fault) {
      throw new AcmeProtocolException("renewalInfo is no URL: " + base, fault);
    }
  }

  private static Optional<RenewalWindow> window(JSON answer, Duration wish) {
    var window = answer.get("suggestedWindow").asObject();
    var start = window.get("start").asInstant();
    var end = window.get("end").asInstant();
    var askAgain =
        wish.compareTo(DENSEST) < 0 ? DENSEST : wish.compareTo(RAREST) > 0 ? RAREST : wish;
    return start.isBefore(end)
        ? Optional.of(new RenewalWindow(start, end, askAgain))
        : Optional.empty();
  }
}
