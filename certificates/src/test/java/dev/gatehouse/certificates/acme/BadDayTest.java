package dev.gatehouse.certificates.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.Permitted;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of an authority that Pebble cannot be made to give. */
class BadDayTest {
  private static final Instant NOW = Instant.parse("2020-05-04T00:00:00Z");
  private static final List<String> NAMES = List.of("api.contoso.test");
  private static final Duration LIFE = Duration.ofDays(90);

  private final List<Duration> slept = new ArrayList<>();
  private final List<String> published = new ArrayList<>();
  private FakeAuthority authority;

  @BeforeEach
  void start() throws Exception {
    authority = new FakeAuthority();
  }

  @AfterEach
  void stop() {
    authority.close();
  }

  @ParameterizedTest
  @CsvSource({
    "429, rateLimited, 120, PT2M",
    "429, rateLimited, '', PT1H",
    "503, serverInternal, 30, PT30S",
    "429, malformed, soon, PT1H",
  })
  void carriesThePatienceThatTheAuthorityAsksFor(
      int status, String problem, String header, Duration patience) {
    authority.problem(
        "/order", status, problem, header.isEmpty() ? Map.of() : Map.of("Retry-After", header));
    var fault = fault();

    assertThat(fault.retryAfter()).contains(patience);
    assertThat(fault)
        .hasMessageContaining("'Grumpy' refused to certify api.contoso.test: Not today [urn:")
        .hasMessageContaining("asks to wait " + patience);
  }

  @Test
  void readsADateAgainstTheAuthoritysOwnClock() {
    var then = ZonedDateTime.now(ZoneOffset.UTC).plusMinutes(5);
    authority.problem(
        "/order",
        503,
        "serverInternal",
        Map.of("Retry-After", DateTimeFormatter.RFC_1123_DATE_TIME.format(then)));

    assertThat(fault().retryAfter().orElseThrow())
        .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(6));
  }

  @Test
  void honoursPatienceThatAProxyAsksFor() {
    authority.onHtml("/dir", 503, Map.of("Retry-After", "600"));

    assertThat(fault().retryAfter()).contains(Duration.ofMinutes(10));
  }

  @Test
  void takesAnAnswerThatIsNoAcmeForAnOutage() {
    authority.onHtml("/dir", 200, Map.of());

    assertThat(fault()).hasMessageContaining("no ACME").hasMessageContaining("text/html");
    assertThat(fault().lasting()).isFalse();
  }

  @Test
  void saysThatNobodyListens() {
    authority.close();

    assertThat(fault()).hasMessageContaining("'Grumpy' could not be reached to show its directory");
  }

  @Test
  void refusesToUseAClosedAccount() {
    authority.on(
        "/account",
        200,
        Map.of("Location", authority.url("/account/1")),
        "{\"status\": \"deactivated\"}");

    assertThat(fault()).hasMessageContaining("the account is deactivated");
    assertThat(fault().lasting()).isTrue();
  }

  @Test
  void givesUpAnAuthorityThatNeverLooks() {
    offer("pending");
    authority.on("/challenge", 200, Map.of(), challenge("processing"));

    assertThat(fault())
        .hasMessageContaining("took too long to authorize")
        .hasMessageContaining("'pending' after PT5M");
    assertThat(slept.stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(published).containsExactly("published", "taken back");
  }

  @Test
  void namesTheChallengesThatAreOffered() {
    offer("pending");
    authority.on("/authz", 200, Map.of(), authorization("pending").replace("http-01", "sms-01"));

    assertThat(fault()).hasMessageContaining("it offers sms-01").hasMessageContaining("http-01");
  }

  @Test
  void knowsNoWindowWhereTheAuthorityHasNone() throws Exception {
    assertThat(issuer("").renewalWindow(certificate())).isEmpty();
  }

  @Test
  void keepsAskingForAWindowWithinBounds() throws Exception {
    authority.directory(", \"renewalInfo\": \"" + authority.url("/ari") + "\"");
    var certificate = certificate();
    assertThat(issuer("").renewalWindow(certificate)).as("unknown to it").isEmpty();
    var path = authority.asked().getLast();

    window(path, "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z", Map.of());
    assertThat(asked(certificate)).isEqualTo(Duration.ofHours(6));
    window(path, "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z", Map.of("Retry-After", "1"));
    assertThat(asked(certificate)).isEqualTo(Duration.ofMinutes(1));
    window(path, "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z", Map.of("Retry-After", "999999"));
    assertThat(asked(certificate)).isEqualTo(Duration.ofDays(1));
    window(path, "2026-12-02T00:00:00Z", "2026-12-01T00:00:00Z", Map.of());
    assertThat(issuer("").renewalWindow(certificate)).as("upside down").isEmpty();
    authority.onHtml(path, 503, Map.of("Retry-After", "60"));
    assertThatThrownBy(() -> asked(certificate))
        .hasMessageContaining("to tell the renewal window of");
  }

  @Test
  void namesNoProfileWhereThereAreNone() {
    authority.problem("/order", 403, "rejectedIdentifier", Map.of());

    assertThat(catchThrowableOfType(IssuerFault.class, () -> issuer("short").issue(NAMES, LIFE)))
        .hasMessageContaining("rejectedIdentifier");
  }

  @Test
  void asksOnceAgainWithoutThePredecessorButNotWhenLimited() throws Exception {
    authority.directory(", \"renewalInfo\": \"" + authority.url("/ari") + "\"");
    authority.problem("/order", 409, "alreadyReplaced", Map.of());
    var old = certificate();
    assertThatThrownBy(() -> issuer("").renew(old, NAMES, LIFE))
        .hasMessageContaining("alreadyReplaced");
    assertThat(authority.asked()).filteredOn("/order"::equals).hasSize(2);

    authority.problem("/order", 429, "rateLimited", Map.of());
    assertThatThrownBy(() -> issuer("").renew(old, NAMES, LIFE)).hasMessageContaining("wait");
    assertThat(authority.asked()).filteredOn("/order"::equals).hasSize(3);
  }

  private void window(String path, String start, String end, Map<String, String> headers) {
    authority.on(
        path,
        200,
        headers,
        "{\"suggestedWindow\": {\"start\": \"%s\", \"end\": \"%s\"}}".formatted(start, end));
  }

  private Duration asked(X509Certificate certificate) throws InterruptedException {
    return issuer("").renewalWindow(certificate).orElseThrow().askAgain();
  }

  private void offer(String status) {
    var order =
        """
        {"status": "pending", "finalize": "%s", "authorizations": ["%s"],
         "identifiers": [{"type": "dns", "value": "api.contoso.test"}]}
        """
            .formatted(authority.url("/finalize"), authority.url("/authz"));
    authority.on("/order", 201, Map.of("Location", authority.url("/order/1")), order);
    authority.on("/authz", 200, Map.of(), authorization(status));
    authority.on("/challenge", 200, Map.of(), challenge(status));
  }

  private String authorization(String status) {
    return """
    {"status": "%s", "identifier": {"type": "dns", "value": "api.contoso.test"},
     "challenges": [%s]}
    """
        .formatted(status, challenge(status));
  }

  private String challenge(String status) {
    return "{\"type\": \"http-01\", \"url\": \"%s\", \"token\": \"dG9rZW4\", \"status\": \"%s\"}"
        .formatted(authority.url("/challenge"), status);
  }

  private IssuerFault fault() {
    return catchThrowableOfType(IssuerFault.class, () -> issuer("").issue(NAMES, LIFE));
  }

  private AcmeIssuer issuer(String profile) {
    var account = new AcmeAccount(List.of(), true, new ExternalBinding.None());
    ChallengeSolver.Http01 solver =
        (_, _, _) -> {
          published.add("published");
          return () -> published.add("taken back");
        };
    return new AcmeIssuer(
        new AcmeSettings(authority.address(), account, profile, Duration.ofMinutes(5)),
        new AcmePorts(
            List.of(solver),
            new KeysInMemory(),
            InstantSource.fixed(NOW),
            new SecureRandom(),
            slept::add));
  }

  private static X509Certificate certificate() {
    return EmbeddedAuthority.create(
            new Permitted(List.of("contoso.test"), List.of()),
            Clock.systemUTC(),
            new SecureRandom())
        .issue(NAMES, LIFE)
        .leaf();
  }
}
