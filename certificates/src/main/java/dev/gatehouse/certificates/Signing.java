package dev.gatehouse.certificates;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.jspecify.annotations.Nullable;

/**
 * What every signature of an authority needs besides its key.
 *
 * @param lists where clients find revocation lists; without it, certificates name no list
 */
public record Signing(InstantSource clock, SecureRandom random, @Nullable Lists lists) {
  /**
   * Where revocation lists are.
   *
   * @param base the address below which each has its issuer's key identifier as name
   * @param lasting whether the address will still be good in years: only such a one is named in
   *     certificates of authorities
   */
  public record Lists(URI base, boolean lasting) {}

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

  /** What a leaf that this issuer signs says about the list. */
  Optional<CRLDistPoint> leafList(PublicKey issuer) {
    return Optional.ofNullable(lists).map(known -> point(known, issuer));
  }

  /** What the certificate of an authority that this issuer signs says about the list. */
  Optional<CRLDistPoint> authorityList(PublicKey issuer) {
    return Optional.ofNullable(lists).filter(Lists::lasting).map(known -> point(known, issuer));
  }

  /** Whether the leaf says about its list what one signed now would say. */
  public boolean namesListAsNow(X509Certificate leaf, PublicKey issuer) {
    byte[] wrapped = leaf.getExtensionValue(Extension.cRLDistributionPoints.getId());
    byte[] named = wrapped == null ? new byte[0] : ASN1OctetString.getInstance(wrapped).getOctets();
    return Arrays.equals(named, leafList(issuer).map(Signing::encoded).orElse(new byte[0]));
  }

  private static byte[] encoded(CRLDistPoint point) {
    try {
      return point.getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CRLDistPoint point(Lists lists, PublicKey issuer) {
    var base = lists.base().toString();
    var address = (base.endsWith("/") ? base : base + "/") + id(issuer) + ".crl";
    var name = new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, address));
    var point = new DistributionPoint(new DistributionPointName(name), null, null);
    return new CRLDistPoint(new DistributionPoint[] {point});
  }
}
