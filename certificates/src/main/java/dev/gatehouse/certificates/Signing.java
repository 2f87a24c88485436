package dev.gatehouse.certificates;

import java.net.URI;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.jspecify.annotations.Nullable;

/**
 * What every signature of an authority needs besides its key.
 *
 * @param lists the address below which clients find revocation lists; without it, certificates name
 *     no list
 */
public record Signing(InstantSource clock, SecureRandom random, @Nullable URI lists) {
  /** Without a word about revocation lists in the certificates. */
  public Signing(InstantSource clock, SecureRandom random) {
    this(clock, random, null);
  }

  /** The hex key identifier by which the revocation list of an issuer is found. */
  public static String id(PublicKey issuer) {
    var info = SubjectPublicKeyInfo.getInstance(issuer.getEncoded());
    return HexFormat.of()
        .formatHex(new BcX509ExtensionUtils().createSubjectKeyIdentifier(info).getKeyIdentifier());
  }

  /** Where the list of this issuer is found, as a certificate says it. */
  Optional<CRLDistPoint> listOf(PublicKey issuer) {
    if (lists == null) {
      return Optional.empty();
    }
    var base = lists.toString();
    var address = (base.endsWith("/") ? base : base + "/") + id(issuer) + ".crl";
    var name = new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, address));
    var point = new DistributionPoint(new DistributionPointName(name), null, null);
    return Optional.of(new CRLDistPoint(new DistributionPoint[] {point}));
  }
}
