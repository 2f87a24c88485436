package dev.gatehouse.certificates.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.IssuerFault;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Session;

class AcmeIssuerTest {
  private static final Duration LIFE = Duration.ofDays(90);
  private static final AcmeAccount OPEN =
      new AcmeAccount(
          List.of(URI.create("mailto:ops@contoso.test")), true, new ExternalBinding.None());

  @TempDir static Path folder;
  private static Challenges challenges;
  private static Pebble pebble;
  private static final KeysInMemory KEYS = new KeysInMemory();

  @BeforeAll
  static void start() throws Exception {
    Pebble.programs();
    challenges = new Challenges();
    pebble = new Pebble(folder, challenges, false);
  }

  @AfterAll
  static void stop() throws Exception {
    if (pebble != null) {
      pebble.close();
      challenges.close();
    }
  }

  @Test
  void provesANameByAFile() throws Exception {
    var pair = issuer("", challenges.byFile()).issue(List.of("file.contoso.test"), LIFE);

    assertThat(names(pair)).containsExactly("file.contoso.test");
    assertThat(challenges.published()).contains("http-01 file.contoso.test");
    assertThat(challenges.left()).isEmpty();
  }

  @Test
  void provesANameByACertificate() throws Exception {
    var pair = issuer("", challenges.byCertificate()).issue(List.of("tls.contoso.test"), LIFE);

    assertThat(names(pair)).containsExactly("tls.contoso.test");
    assertThat(challenges.published()).contains("tls-alpn-01 tls.contoso.test");
    assertThat(challenges.left()).isEmpty();
  }

  @Test
  void provesAWildcardAndItsParentTogetherByRecords() throws Exception {
    var pair = issuer("", challenges.byRecord()).issue(List.of("*.wild.test", "wild.test"), LIFE);

    assertThat(names(pair)).containsExactlyInAnyOrder("*.wild.test", "wild.test");
    assertThat(challenges.published())
        .filteredOn("dns-01 _acme-challenge.wild.test."::equals)
        .hasSize(2);
    assertThat(challenges.left()).isEmpty();
  }

  @Test
  void takesTheFirstSolverThatFitsEachName() throws Exception {
    issuer("", challenges.byFile(), challenges.byRecord())
        .issue(List.of("first.test", "*.first.test"), LIFE);

    assertThat(challenges.published())
        .contains("http-01 first.test", "dns-01 _acme-challenge.first.test.");
  }

  @Test
  void certifiesAddressesByAFile() throws Exception {
    var pair =
        issuer("", challenges.byRecord(), challenges.byCertificate(), challenges.byFile())
            .issue(List.of("127.0.0.1"), LIFE);

    assertThat(names(pair)).containsExactly("127.0.0.1");
  }

  @Test
  void writesForeignNamesInAscii() throws Exception {
    var pair = issuer("", challenges.byFile()).issue(List.of("Bücher.Contoso.test."), LIFE);

    assertThat(names(pair)).containsExactly("xn--bcher-kva.contoso.test");
  }

  @Test
  void makesANewKeyForEachOrderAndLeavesTheRootOut() throws Exception {
    var issuer = issuer("", challenges.byFile());
    var first = issuer.issue(List.of("keys.test"), LIFE);
    var second = issuer.issue(List.of("keys.test"), LIFE);

    assertThat(CertificateFacts.of(first.leaf()).keyType()).endsWith("P-256");
    assertThat(first.leaf().getPublicKey()).isNotEqualTo(second.leaf().getPublicKey());
    assertThat(first.chain())
        .hasSizeGreaterThan(1)
        .noneMatch(each -> each.getSubjectX500Principal().equals(each.getIssuerX500Principal()));
  }

  @Test
  void takesTheProfileThatIsNamed() throws Exception {
    var pair = issuer("shortlived", challenges.byFile()).issue(List.of("short.test"), LIFE);

    assertThat(Duration.between(facts(pair).notBefore(), facts(pair).notAfter()))
        .isBetween(Duration.ofDays(6).minusMinutes(1), Duration.ofDays(6).plusMinutes(1));
  }

  @Test
  void asksForTheLifeThatIsSet() throws Exception {
    var settings =
        new AcmeSettings(pebble.server(), OPEN, "", Duration.ofHours(7), Duration.ofMinutes(1));
    var pair =
        new AcmeIssuer(settings, ports(KEYS, challenges.byFile()))
            .issue(List.of("life.test"), LIFE);

    assertThat(Duration.between(facts(pair).notBefore(), facts(pair).notAfter()))
        .isBetween(Duration.ofHours(7).minusMinutes(1), Duration.ofHours(7).plusMinutes(1));
  }

  @Test
  void refusesAProfileThatTheAuthorityDoesNotOffer() {
    var fault =
        catchThrowableOfType(
            IssuerFault.class,
            () -> issuer("clasic", challenges.byFile()).issue(List.of("profile.test"), LIFE));

    assertThat(fault).hasMessageContaining("'Pebble' refused to use the profile 'clasic'");
    assertThat(fault).hasMessageContaining("default, shortlived: choose one");
    assertThat(fault.lasting()).isTrue();
  }

  @Test
  void asksForTheRenewalWindow() throws Exception {
    var issuer = issuer("shortlived", challenges.byFile());
    var pair = issuer.issue(List.of("window.test"), LIFE);
    var window = issuer.renewalWindow(pair.leaf()).orElseThrow();

    var twoThirds = facts(pair).notBefore().plus(Duration.ofDays(4));
    assertThat(window.start()).isBefore(twoThirds);
    assertThat(window.end()).isAfter(twoThirds).isBefore(facts(pair).notAfter());
    assertThat(window.askAgain()).isBetween(Duration.ofMinutes(1), Duration.ofDays(1));
  }

  @Test
  void tellsWhichCertificateTheNewOneReplaces() throws Exception {
    var issuer = issuer("shortlived", challenges.byFile());
    var old = issuer.issue(List.of("replaced.test"), LIFE);
    var renewed = issuer.renew(old.leaf(), List.of("replaced.test"), LIFE);

    assertThat(facts(renewed).serial()).isNotEqualTo(facts(old).serial());
    assertThatThrownBy(() -> orderAgainInPlaceOf(old)).hasMessageContaining("already");
  }

  @Test
  void renewsWhatItDidNotIssueOrReplacedBefore() throws Exception {
    var issuer = issuer("shortlived", challenges.byFile());
    var old = issuer.issue(List.of("twice.test"), LIFE);
    issuer.renew(old.leaf(), List.of("twice.test"), LIFE);
    var foreign = pebble.server().anchors().getFirst();

    assertThat(names(issuer.renew(old.leaf(), List.of("twice.test"), LIFE)))
        .containsExactly("twice.test");
    assertThat(names(issuer.renew(foreign, List.of("twice.test"), LIFE)))
        .containsExactly("twice.test");
    assertThat(issuer.renewalWindow(foreign)).isEmpty();
  }

  @Test
  void saysThatTheAuthorityRefusesAName() {
    var fault =
        catchThrowableOfType(
            IssuerFault.class,
            () -> issuer("", challenges.byFile()).issue(List.of("www.blocked.test"), LIFE));

    assertThat(fault)
        .hasMessageContaining("'Pebble' refused to certify www.blocked.test")
        .hasMessageContaining("rejectedIdentifier");
    assertThat(fault.lasting()).isTrue();
  }

  @Test
  void saysWhyAProofFailedAndTakesItBack() {
    ChallengeSolver.Http01 wrong =
        (name, path, content) -> challenges.byFile().publish(name, path, "wrong");
    var fault =
        catchThrowableOfType(
            IssuerFault.class, () -> issuer("", wrong).issue(List.of("proof.test"), LIFE));

    assertThat(fault)
        .hasMessageContaining("'Pebble' refused to authorize proof.test by http-01")
        .hasMessageContaining("urn:ietf:params:acme:error:");
    assertThat(fault.lasting()).isFalse();
    assertThat(challenges.left()).isEmpty();
  }

  @Test
  void saysThatAWildcardNeedsADnsSolver() {
    assertThatThrownBy(() -> issuer("", challenges.byFile()).issue(List.of("*.nodns.test"), LIFE))
        .isInstanceOf(IssuerFault.class)
        .hasMessageContaining("authorize *.nodns.test")
        .hasMessageContaining("set up: http-01");
  }

  @Test
  void saysThatTheAnswerCouldNotBePublished() {
    ChallengeSolver.Dns01 broken =
        (_, _) -> {
          throw new java.io.IOException("the zone is locked");
        };

    assertThatThrownBy(() -> issuer("", broken).issue(List.of("locked.test"), LIFE))
        .isInstanceOf(IssuerFault.class)
        .hasMessageContaining("could not be published: the zone is locked");
  }

  @Test
  void refusesWhatIsNoName() {
    var issuer = issuer("", challenges.byFile());

    assertThatThrownBy(() -> issuer.issue(List.of("not a name"), LIFE))
        .hasMessageContaining("'not a name' is no DNS name");
    assertThatThrownBy(() -> issuer.issue(List.of(), LIFE)).hasMessageContaining("names: none");
  }

  @Test
  void asksToAgreeToTheTerms() {
    var account = new AcmeAccount(List.of(), false, new ExternalBinding.None());
    var settings = new AcmeSettings(pebble.server(), account, "", Duration.ofMinutes(1));
    var issuer = new AcmeIssuer(settings, ports(new KeysInMemory(), challenges.byFile()));

    assertThatThrownBy(() -> issuer.issue(List.of("terms.test"), LIFE))
        .hasMessageContaining("to open our account")
        .hasMessageContaining("terms to agree to");
  }

  private static void orderAgainInPlaceOf(CertifiedKey old) throws Exception {
    var server = pebble.server();
    var session =
        new Session(server.directory(), new AcmeClient(server.anchors(), Clock.systemUTC()));
    new AccountBuilder()
        .onlyExisting()
        .useKeyPair(KEYS.keys.get(server.directory()))
        .createLogin(session)
        .newOrder()
        .domain("replaced.test")
        .replaces(old.leaf())
        .create();
  }

  private static AcmeIssuer issuer(String profile, ChallengeSolver... solvers) {
    return new AcmeIssuer(
        new AcmeSettings(pebble.server(), OPEN, profile, Duration.ofMinutes(1)),
        ports(KEYS, solvers));
  }

  private static AcmePorts ports(AccountKeys keys, ChallengeSolver... solvers) {
    return new AcmePorts(
        List.of(solvers), keys, Clock.systemUTC(), new SecureRandom(), Thread::sleep);
  }

  private static CertificateFacts facts(CertifiedKey pair) {
    return CertificateFacts.of(pair.leaf());
  }

  private static List<String> names(CertifiedKey pair) {
    assertThat(facts(pair).notAfter()).isAfter(Instant.now());
    return facts(pair).names();
  }
}
