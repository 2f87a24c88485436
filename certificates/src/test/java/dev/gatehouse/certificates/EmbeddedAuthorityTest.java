package dev.gatehouse.certificates;

import static dev.gatehouse.certificates.TestAuthority.DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.EmbeddedAuthority.Material;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedAuthorityTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  // The real present, because the openssl command looks at its own clock.
  private static final InstantSource CLOCK =
      InstantSource.fixed(InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS));
  private static final Permitted PERMITTED =
      new Permitted(List.of("gatehouse.localhost", "localhost"), List.of("10.0.0.0/8", "fd00::/8"));
  private static final EmbeddedAuthority AUTHORITY =
      EmbeddedAuthority.create(PERMITTED, CLOCK, RANDOM);

  @TempDir Path folder;

  @Test
  void signsALeafWithEmptySubjectAndCriticalNames() throws GeneralSecurityException {
    var pair =
        AUTHORITY.issue(List.of("API.gatehouse.localhost", "127.0.0.1"), DAY.multipliedBy(30));

    assertThat(pair.chain())
        .containsExactly(pair.leaf(), AUTHORITY.material().intermediate().leaf());
    assertThat(pair.leaf().getSubjectX500Principal().getName()).isEmpty();
    assertThat(CertificateFacts.subject(pair.leaf()))
        .isEqualTo("api.gatehouse.localhost, 127.0.0.1");
    assertThat(pair.leaf().getCriticalExtensionOIDs())
        .contains(Extension.subjectAlternativeName.getId());
    assertThat(CertificateFacts.of(pair.leaf()).names())
        .containsExactly("api.gatehouse.localhost", "127.0.0.1");
    assertThat(pair.leaf().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(KeyMatch.of(pair.key(), pair.leaf().getPublicKey())).isTrue();
  }

  @Test
  void makesARootOfTwentyYearsAndAnIntermediateOfFive() {
    var root = AUTHORITY.material().root().leaf();
    var intermediate = AUTHORITY.material().intermediate().leaf();

    // Without a bound of its own (Baseline Requirements 7.1.2.1.4): the intermediate has one.
    assertThat(root.getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
    assertThat(intermediate.getBasicConstraints()).isZero();
    assertThat(years(root)).isEqualTo(20);
    assertThat(years(intermediate)).isEqualTo(5);
    assertThat(CertificateFacts.of(root).keyType()).isEqualTo("EC P-384");
    assertThat(intermediate.getCriticalExtensionOIDs()).contains(Extension.nameConstraints.getId());
  }

  @Test
  void usesNewKeysAndLongSerialsEachTime() {
    var one = AUTHORITY.issue(List.of("a.localhost"), DAY);
    var other = AUTHORITY.issue(List.of("a.localhost"), DAY);

    assertThat(one.key()).isNotEqualTo(other.key());
    assertThat(one.leaf().getSerialNumber()).isNotEqualTo(other.leaf().getSerialNumber());
    assertThat(one.leaf().getSerialNumber().bitLength()).isBetween(90, 127);
  }

  @Test
  void datesBackAnHourAndEndsAfterTheLife() {
    var leaf = AUTHORITY.issue(List.of("a.localhost"), Duration.ofMinutes(5)).leaf();

    assertThat(leaf.getNotBefore().toInstant())
        .isEqualTo(CLOCK.instant().minus(Duration.ofHours(1)));
    assertThat(leaf.getNotAfter().toInstant())
        .isEqualTo(CLOCK.instant().plus(Duration.ofMinutes(5)));
  }

  @Test
  void cutsTheLifeToTheEndOfTheIntermediate() {
    var leaf = AUTHORITY.issue(List.of("a.localhost"), DAY.multipliedBy(10_000)).leaf();

    assertThat(leaf.getNotAfter())
        .isEqualTo(AUTHORITY.material().intermediate().leaf().getNotAfter());
  }

  @Test
  void refusesToSignWithAnExpiredIntermediate() {
    var later = InstantSource.offset(CLOCK, DAY.multipliedBy(2000));
    var late = EmbeddedAuthority.of(AUTHORITY.material(), later, RANDOM);

    assertThatThrownBy(() -> late.issue(List.of("a.localhost"), DAY))
        .isInstanceOf(IssuerFault.class)
        .hasMessageContaining("expired at");
    assertThat(late.withIntermediateFor(PERMITTED).issue(List.of("a.localhost"), DAY)).isNotNull();
  }

  @Test
  void comesBackFromWhatWasKept() {
    var kept = AUTHORITY.material();
    var back = new Material(Pem.pair(Pem.of(kept.root())), Pem.pair(Pem.of(kept.intermediate())));
    var reopened = EmbeddedAuthority.of(back, CLOCK, RANDOM);

    assertThat(reopened.permitted()).isEqualTo(PERMITTED);
    assertThat(reopened.rootPem()).isEqualTo(AUTHORITY.rootPem());
    assertThat(reopened.name()).isEqualTo(AUTHORITY.name()).startsWith("Gatehouse Intermediate");
  }

  @Test
  void keepsTheRootWhenTheZonesChange() {
    var changed = AUTHORITY.withIntermediateFor(new Permitted(List.of("contoso.test"), List.of()));
    var pair = changed.issue(List.of("a.contoso.test"), DAY);

    assertThat(changed.rootPem()).isEqualTo(AUTHORITY.rootPem());
    assertThatCode(() -> validate(pair.chain())).doesNotThrowAnyException();
    assertThatThrownBy(() -> changed.issue(List.of("a.localhost"), DAY))
        .isInstanceOf(IssuerFault.class);
  }

  @Test
  void refusesMaterialThatDoesNotBelongTogether() {
    var other = EmbeddedAuthority.create(PERMITTED, CLOCK, RANDOM).material();
    var own = AUTHORITY.material();
    var wrongKey = new CertifiedKey(own.intermediate().chain(), other.intermediate().key());
    var unbound = new Material(own.root(), own.root());

    assertThatThrownBy(() -> new Material(own.root(), other.intermediate()))
        .hasMessageContaining("expected: one signed by");
    assertThatThrownBy(() -> new Material(own.root(), wrongKey))
        .hasMessageContaining("key: of another");
    assertThatThrownBy(() -> EmbeddedAuthority.of(unbound, CLOCK, RANDOM))
        .hasMessageContaining("without name constraints");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.gatehouse.localhost",
        "localhost",
        "*.gatehouse.localhost",
        "127.9.9.9",
        "::1",
        "10.1.2.3",
        "fd00::7"
      })
  void passesTheStrictChecksOfOpensslAndJava(String name) throws Exception {
    var pair = AUTHORITY.issue(List.of(name), DAY);

    validate(pair.chain());
    assertThat(verify(pair).text()).contains("leaf.pem: OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "www.contoso.test",
        "notlocalhost",
        "localhost.contoso.test",
        "*.contoso.test",
        "11.0.0.1",
        "fc00::1"
      })
  void refusesNamesOutsideAsOpensslAndJavaDo(String name) throws Exception {
    assertThatThrownBy(() -> AUTHORITY.issue(List.of("localhost", name), DAY))
        .isInstanceOf(IssuerFault.class)
        .hasMessageContainingAll(
            "'" + name + "' is outside", "gatehouse.localhost, localhost", "10.0.0.0/8");

    var smuggled = smuggled(name);
    assertThatThrownBy(() -> validate(smuggled.chain()))
        .isInstanceOf(CertPathValidatorException.class);
    assertThat(verify(smuggled).text()).contains("permitted subtree violation");
  }

  @Test
  void refusesWhatIsNoName() {
    assertThatThrownBy(() -> AUTHORITY.issue(List.of("a b"), DAY))
        .hasMessageContaining("no DNS name");
    assertThatThrownBy(() -> AUTHORITY.issue(List.of("*.localhost"), DAY))
        .hasMessageContaining("no DNS name");
    assertThatThrownBy(() -> AUTHORITY.issue(List.of(), DAY)).hasMessageContaining("at least one");
    assertThatThrownBy(() -> AUTHORITY.issue(List.of("a.localhost"), Duration.ZERO))
        .hasMessageContaining("more than nothing");
  }

  @Test
  void isAcceptedAsACustomCertificateToo() {
    var pair = AUTHORITY.issue(List.of("a.localhost"), DAY);
    var roots = TrustedRoots.of(List.of(AUTHORITY.material().root().leaf()));
    var checked =
        CustomCertificate.read(Pem.of(pair.chain()), Pem.of(pair.key()), Passphrase.NONE)
            .check("a.localhost", CLOCK.instant(), roots);

    assertThat(checked.repairs()).isEmpty();
    assertThat(checked.warnings()).isEmpty();
  }

  private static long years(X509Certificate certificate) {
    var begin = certificate.getNotBefore().toInstant();
    return ChronoUnit.DAYS.between(begin, certificate.getNotAfter().toInstant()) / 365;
  }

  /** What a thief of the intermediate's key could sign. */
  private static CertifiedKey smuggled(String name) {
    var intermediate = AUTHORITY.material().intermediate();
    var key = Mint.newKey("secp256r1", RANDOM);
    var life = new Mint.Life(CLOCK.instant(), CLOCK.instant().plus(DAY));
    var subject = X500Name.getInstance(intermediate.leaf().getSubjectX500Principal().getEncoded());
    var kind = HostName.address(name).isPresent() ? GeneralName.iPAddress : GeneralName.dNSName;
    var leaf =
        new Mint(subject, new X500Name(""), key.getPublic(), life, RANDOM)
            .with(
                Extension.subjectAlternativeName,
                true,
                new GeneralNames(new GeneralName(kind, name)))
            .sign(intermediate.leaf().getPublicKey(), intermediate.key(), RANDOM);
    return new CertifiedKey(List.of(leaf, intermediate.leaf()), key.getPrivate());
  }

  private OpenSsl.Outcome verify(CertifiedKey pair) throws IOException {
    var openssl = new OpenSsl(folder);
    openssl.write("root.pem", AUTHORITY.rootPem());
    openssl.write("intermediate.pem", Pem.of(pair.chain().subList(1, 2)));
    openssl.write("leaf.pem", Pem.of(pair.chain().subList(0, 1)));
    return openssl.attempt(
        "verify -x509_strict -purpose sslserver -CAfile root.pem -untrusted intermediate.pem leaf.pem");
  }

  private static void validate(List<X509Certificate> chain) throws GeneralSecurityException {
    var anchor = new TrustAnchor(AUTHORITY.material().root().leaf(), null);
    var parameters = new PKIXParameters(Set.of(anchor));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(CLOCK.instant()));
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
  }
}
