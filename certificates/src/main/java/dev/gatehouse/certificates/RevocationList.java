package dev.gatehouse.certificates;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The certificates of one issuer that are no longer good although they have not expired. */
public final class RevocationList {
  /** How long clients may go on with one list. */
  public static final Duration LIFE = Duration.ofDays(7);

  private RevocationList() {}

  /** Why a certificate is no longer good. */
  public enum Reason {
    KEY_COMPROMISE(CRLReason.keyCompromise),
    SUPERSEDED(CRLReason.superseded),
    CESSATION_OF_OPERATION(CRLReason.cessationOfOperation);

    private final int code;

    Reason(int code) {
      this.code = code;
    }
  }

  /** One that is no longer good. */
  public record Entry(BigInteger serial, Instant at, Reason reason) {}

  /** Whether the issuer's certificate allows it to sign lists. */
  public static boolean signedBy(CertifiedKey issuer) {
    boolean[] usage = issuer.leaf().getKeyUsage();
    return usage == null || usage[6];
  }

  /** The list in DER; each number must be higher than that of the list before. */
  public static byte[] sign(
      CertifiedKey issuer, long number, Signing signing, List<Entry> revoked) {
    var now = signing.clock().instant().truncatedTo(ChronoUnit.SECONDS);
    var key = issuer.leaf().getPublicKey();
    var subject = X500Name.getInstance(issuer.leaf().getSubjectX500Principal().getEncoded());
    var builder = new X509v2CRLBuilder(subject, Date.from(now));
    builder.setNextUpdate(Date.from(now.plus(LIFE)));
    revoked.forEach(
        each -> builder.addCRLEntry(each.serial(), Date.from(each.at()), each.reason().code));
    try {
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new BcX509ExtensionUtils()
              .createAuthorityKeyIdentifier(SubjectPublicKeyInfo.getInstance(key.getEncoded())));
      var signer =
          new JcaContentSignerBuilder(Mint.algorithm(key))
              .setSecureRandom(signing.random())
              .build(issuer.key());
      return builder.build(signer).getEncoded();
    } catch (IOException | OperatorCreationException fault) {
      throw new IllegalStateException("the authority's key cannot sign a list", fault);
    }
  }
}
