package dev.gatehouse.certificates.acme;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.Mint;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** The certificate that answers a TLS-ALPN-01 challenge (RFC 8737 section 3). */
final class ChallengeCertificate {
  static final String ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";

  private static final Duration LIFE = Duration.ofDays(1);

  private ChallengeCertificate() {}

  /** Self-signed with a key of its own; {@code digest} is the SHA-256 of the authorization. */
  static CertifiedKey of(String name, byte[] digest, Instant now, SecureRandom random) {
    var key = Mint.newKey("secp256r1", random);
    var subject = new X500Name("CN=ACME challenge");
    var begin = now.truncatedTo(ChronoUnit.SECONDS).minus(LIFE);
    var life = new Mint.Life(begin, begin.plus(LIFE.multipliedBy(2)));
    var certificate =
        new Mint(subject, subject, key.getPublic(), life, random)
            .with(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, name)))
            .with(new ASN1ObjectIdentifier(ACME_IDENTIFIER), true, new DEROctetString(digest))
            .sign(key.getPublic(), key.getPrivate(), random);
    return new CertifiedKey(List.of(certificate), key.getPrivate());
  }
}
