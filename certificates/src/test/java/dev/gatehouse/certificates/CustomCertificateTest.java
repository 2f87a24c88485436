package dev.gatehouse.certificates;

import static dev.gatehouse.certificates.TestAuthority.DAY;
import static dev.gatehouse.certificates.TestAuthority.NOW;
import static dev.gatehouse.certificates.TestAuthority.wish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.CertificateFault.Reason;
import dev.gatehouse.certificates.CustomCertificate.Checked;
import dev.gatehouse.certificates.TestAuthority.Wish;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CustomCertificateTest {
  private static final String NAME = "api.contoso.test";
  private static final TestAuthority ROOT = TestAuthority.root("Contoso root");
  private static final TestAuthority MIDDLE = ROOT.intermediate("Contoso intermediate");
  private static final TestAuthority STRANGER = TestAuthority.root("Stranger");
  private static final TrustedRoots NONE = TrustedRoots.of(List.of());
  private static final TrustedRoots KNOWN = TrustedRoots.of(List.of(ROOT.certificate()));

  private final Wish wish = wish();
  private final X509Certificate leaf = MIDDLE.issue(wish);

  @Test
  void acceptsLeafAndIntermediateAsTheyAre() {
    var checked = check(KNOWN, wish.key(), leaf, MIDDLE.certificate());

    assertThat(checked.pair().chain()).containsExactly(leaf, MIDDLE.certificate());
    assertThat(checked.repairs()).isEmpty();
    assertThat(checked.warnings()).isEmpty();
  }

  @Test
  void dropsTheRootAndSaysSo() {
    var checked = check(KNOWN, wish.key(), leaf, MIDDLE.certificate(), ROOT.certificate());

    assertThat(checked.pair().chain()).containsExactly(leaf, MIDDLE.certificate());
    assertThat(checked.repairs())
        .containsExactly("Dropped the root 'Contoso root': clients have it.");
  }

  @Test
  void putsTheChainInOrderAndDropsWhatDoesNotBelong() {
    var checked =
        check(KNOWN, wish.key(), STRANGER.certificate(), MIDDLE.certificate(), leaf, leaf);

    assertThat(checked.pair().chain()).containsExactly(leaf, MIDDLE.certificate());
    assertThat(checked.repairs())
        .containsExactly(
            "Dropped 1 certificate(s) given twice.",
            "Dropped the certificate of 'Stranger': it is not part of the chain.",
            "Put the chain in order: leaf first, each followed by its issuer.");
  }

  @Test
  void warnsOfAnIssuerThatIsNoPublicRoot() {
    assertThat(check(NONE, wish.key(), leaf, MIDDLE.certificate()).warnings())
        .singleElement()
        .asString()
        .contains("'Contoso root', which is no public root");
  }

  @Test
  void acceptsALeafThatAPrivateRootSigned() {
    var direct = ROOT.issue(wish);

    assertThat(check(NONE, wish.key(), direct).pair().chain()).containsExactly(direct);
    assertThat(check(NONE, wish.key(), direct, ROOT.certificate()).pair().chain())
        .containsExactly(direct);
  }

  @Test
  void refusesALeafThatSaysWhereItsIssuerIs() {
    var fetchable = MIDDLE.issue(wish.fetchableIssuer());

    refusal(wish.key(), fetchable)
        .hasMessageContainingAll(
            "certificate of 'api.contoso.test'", "'Contoso intermediate'", "append");
    assertThat(check(NONE, wish.key(), fetchable, MIDDLE.certificate()).pair().chain()).hasSize(2);
  }

  @Test
  void acceptsALeafWhoseIssuerIsAKnownRoot() {
    assertThat(check(KNOWN, wish.key(), ROOT.issue(wish.fetchableIssuer())).warnings()).isEmpty();
  }

  @Test
  void refusesALeafAmongAuthoritiesThatDidNotSignIt() {
    var impostor = STRANGER.intermediate("Contoso intermediate");

    refusal(wish.key(), leaf, ROOT.certificate())
        .extracting(fault -> ((CertificateFault) fault).reason())
        .isEqualTo(new Reason.MissingIntermediate(NAME, "Contoso intermediate"));
    refusal(wish.key(), leaf, impostor.certificate())
        .hasMessageContaining("without the certificate");
  }

  @Test
  void acceptsASelfSignedCertificateWithAWarning() {
    var checked = check(NONE, wish.key(), TestAuthority.selfSigned(wish));

    assertThat(checked.warnings()).singleElement().asString().contains("self-signed");
    assertThat(checked.pair().chain()).hasSize(1);
  }

  @Test
  void takesTheRenewedOneOfTwoCertificatesForOneKey() {
    var over = MIDDLE.issue(wish.life(NOW.minus(DAY.multipliedBy(9)), NOW.minus(DAY)));

    assertThat(check(KNOWN, wish.key(), over, leaf, MIDDLE.certificate()).pair().leaf())
        .isEqualTo(leaf);
  }

  @Test
  void takesTheValidOneOfTwoIntermediatesWithOneKey() {
    var over =
        ROOT.issue(
            wish()
                .subject("Contoso intermediate")
                .forAuthority()
                .key(MIDDLE.key())
                .life(NOW.minus(DAY.multipliedBy(9)), NOW.minus(DAY)));

    assertThat(check(KNOWN, wish.key(), leaf, over, MIDDLE.certificate()).pair().chain())
        .containsExactly(leaf, MIDDLE.certificate());
    refusal(wish.key(), leaf, over).hasMessageContainingAll("'Contoso intermediate' expired at");
  }

  @Test
  void refusesTheKeyOfAnother() {
    refusal(wish().key(), leaf, MIDDLE.certificate())
        .hasMessageContaining(
            "key does not match the certificate: it belongs to none of the 2 given");
    refusal(TestAuthority.ed25519(), leaf).hasMessageContaining("it belongs to another one");
  }

  @Test
  void refusesWhatIsOverOrNotYetValid() {
    var over = MIDDLE.issue(wish.life(NOW.minus(DAY.multipliedBy(9)), NOW.minus(DAY)));
    var early = MIDDLE.issue(wish.life(NOW.plus(DAY), NOW.plus(DAY.multipliedBy(9))));

    refusal(wish.key(), over).hasMessageContaining("expired at 2026-11-22T12:00:00Z");
    refusal(wish.key(), early).hasMessageContaining("not valid before 2026-11-24T12:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "*.contoso.test, api.contoso.test",
    "*.contoso.test, API.Contoso.Test.",
    "API.contoso.test, api.contoso.test",
    "*.contoso.test, *.contoso.test",
    "xn--bcher-kva.test, bücher.test",
    "10.0.0.1, 10.0.0.1",
    "::1, ::1",
  })
  void coversNamesAndWildcards(String pattern, String cname) {
    assertThat(covered(pattern, cname)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "*.contoso.test, contoso.test",
    "*.contoso.test, a.b.contoso.test",
    "a*.contoso.test, api.contoso.test",
    "api.*.test, api.contoso.test",
    "*.test, contoso.test",
    "*, localhost",
    "contoso.test, api.contoso.test",
    "api.contoso.test, api_contoso.test",
    "10.0.0.1, 10.0.0.2",
    "api.contoso.test, 10.0.0.1",
    "api.contoso.test, ''",
  })
  void coversNothingElse(String pattern, String cname) {
    assertThat(covered(pattern, cname)).isFalse();
  }

  @Test
  void namesTheNameThatIsNotCovered() {
    var elsewhere = MIDDLE.issue(wish.names("elsewhere.contoso.test"));

    refusal(wish.key(), elsewhere)
        .hasMessageContainingAll("'api.contoso.test'", "[elsewhere.contoso.test]");
  }

  @Test
  void refusesANameThatIsTheCommonNameOnly() {
    refusal(wish.key(), MIDDLE.issue(wish.noNames()))
        .hasMessageContainingAll("common name only", "(SAN)", NAME);
    refusal(wish.key(), MIDDLE.issue(wish.noNames().subject("other")))
        .hasMessageContaining("but no name");
  }

  @Test
  void refusesACertificateForClients() {
    refusal(wish.key(), MIDDLE.issue(wish.purpose(KeyPurposeId.id_kp_clientAuth)))
        .hasMessageContaining("serverAuth");
    assertThat(check(KNOWN, wish.key(), MIDDLE.issue(wish.purpose(null))).repairs()).isEmpty();
    assertThat(
            check(KNOWN, wish.key(), MIDDLE.issue(wish.purpose(KeyPurposeId.anyExtendedKeyUsage)))
                .repairs())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA1withECDSA", "SHA1withRSA", "MD5withRSA"})
  void refusesBrokenSignatures(String algorithm) {
    var key = algorithm.endsWith("RSA") ? TestAuthority.rsa(2048) : TestAuthority.ec("secp256r1");
    var authority = ROOT.intermediate("Old", wish -> wish.key(key));
    var signed = authority.issue(wish.algorithm(algorithm));

    refusal(wish.key(), signed, authority.certificate())
        .hasMessageContainingAll("'api.contoso.test' is signed with", algorithm);
  }

  @Test
  void doesNotMindTheSignatureOfTheRoot() {
    var old = wish().subject("Old root").forAuthority().algorithm("SHA1withECDSA");
    var root = new TestAuthority(TestAuthority.selfSigned(old), old.key());
    var signed = root.issue(wish);

    assertThat(check(NONE, wish.key(), signed, root.certificate()).pair().chain())
        .containsExactly(signed);
  }

  @Test
  void refusesAnIntermediateWithAWeakKey() {
    var weak = ROOT.intermediate("Weak", wish -> wish.key(TestAuthority.rsa(1024)));

    refusal(wish.key(), weak.issue(wish), weak.certificate())
        .hasMessageContaining("certificate uses a weak key (RSA 1024)");
  }

  @Test
  void doesNotFollowAnIssuerThatIsNoAuthority() {
    var fake = wish().subject("Contoso leaf");
    var impostor = new TestAuthority(MIDDLE.issue(fake), fake.key());
    var signed = impostor.issue(wish);

    assertThat(check(NONE, wish.key(), signed, impostor.certificate()).repairs())
        .containsExactly("Dropped the certificate of 'Contoso leaf': it is not part of the chain.");
  }

  @Test
  void warnsOfEd25519() {
    var key = TestAuthority.ed25519();

    assertThat(check(KNOWN, key, MIDDLE.issue(wish.key(key)), MIDDLE.certificate()).warnings())
        .singleElement()
        .asString()
        .contains("Ed25519");
  }

  @Test
  void ignoresAKeyAmongTheCertificates() {
    var both = Pem.of(List.of(leaf, MIDDLE.certificate())) + Pem.of(wish.key().getPrivate());
    var checked = CustomCertificate.read(both, both, Passphrase.NONE).check(NAME, NOW, KNOWN);

    assertThat(checked.repairs()).singleElement().asString().contains("private key among");
  }

  @Test
  void quotesStrangersShortAndWithoutTheirControlCharacters() {
    var odd = "a\u0007b" + "c".repeat(300);

    assertThatThrownBy(() -> read(wish.key(), leaf, MIDDLE.certificate()).check(odd, NOW, NONE))
        .message()
        .contains("a?bccc", "...'")
        .doesNotContain("\u0007", odd);
  }

  @Test
  void worksWithThePublicRootsOfThisJava() {
    assertThat(check(TrustedRoots.ofThisJava(), wish.key(), leaf, MIDDLE.certificate()).warnings())
        .hasSize(1);
  }

  private boolean covered(String pattern, String cname) {
    var certificate = MIDDLE.issue(wish.names(pattern));
    try {
      read(wish.key(), certificate, MIDDLE.certificate()).check(cname, NOW, KNOWN);
      return true;
    } catch (CertificateFault fault) {
      assertThat(fault.reason()).isInstanceOf(Reason.NameNotCovered.class);
      return false;
    }
  }

  private static CustomCertificate read(KeyPair key, X509Certificate... certificates) {
    return CustomCertificate.read(
        Pem.of(List.of(certificates)), Pem.of(key.getPrivate()), Passphrase.NONE);
  }

  private static Checked check(TrustedRoots roots, KeyPair key, X509Certificate... certificates) {
    return read(key, certificates).check(NAME, NOW, roots);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refusal(
      KeyPair key, X509Certificate... certificates) {
    return assertThatThrownBy(() -> check(NONE, key, certificates))
        .isInstanceOf(CertificateFault.class);
  }
}
