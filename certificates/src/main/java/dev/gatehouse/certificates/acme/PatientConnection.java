package dev.gatehouse.certificates.acme;

import java.net.URL;
import java.security.KeyPair;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.DefaultConnection;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.toolbox.JSONBuilder;

/**
 * Keeps the status and the Retry-After of every refusal, which acme4j does for its one problem
 * {@code rateLimited} only, and reads times against our own clock, for the authority's may differ.
 */
final class PatientConnection extends DefaultConnection {
  private static final int FIRST_ERROR = 400;
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

  private final InstantSource clock;

  PatientConnection(HttpConnector connector, InstantSource clock) {
    super(connector);
    this.clock = clock;
  }

  @Override
  public int sendRequest(URL url, Session session, @Nullable ZonedDateTime ifModifiedSince)
      throws AcmeException {
    try {
      return super.sendRequest(url, session, ifModifiedSince);
    } catch (AcmeException fault) {
      throw refusal(fault);
    }
  }

  @Override
  protected int sendSignedRequest(
      URL url,
      @Nullable JSONBuilder claims,
      Session session,
      KeyPair key,
      @Nullable URL account,
      String accept)
      throws AcmeException {
    try {
      return super.sendSignedRequest(url, claims, session, key, account, accept);
    } catch (AcmeException fault) {
      throw refusal(fault);
    }
  }

  @Override
  public Optional<Instant> getRetryAfter() {
    return patience().map(clock.instant()::plus);
  }

  /** Empty also for a header that cannot be read: a sloppy answer is no reason to give up. */
  private Optional<Duration> patience() {
    return header("Retry-After").flatMap(this::patience).filter(time -> !time.isNegative());
  }

  private Optional<Duration> patience(String text) {
    if (SECONDS.matcher(text).matches()) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      var theirs = header("Date").map(PatientConnection::date).orElseGet(clock::instant);
      return Optional.of(Duration.between(theirs, date(text)));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static Instant date(String text) {
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
  }

  private Optional<String> header(String name) {
    var response = lastResponse;
    return response == null ? Optional.empty() : response.headers().firstValue(name);
  }

  private AcmeException refusal(AcmeException fault) {
    var response = lastResponse;
    return fault instanceof Refusal || response == null || response.statusCode() < FIRST_ERROR
        ? fault
        : new Refusal(response.statusCode(), patience().orElse(null), fault);
  }
}
