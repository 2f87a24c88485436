package dev.gatehouse.certificates;

import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;

/**
 * Permitted names in the form of the certificate extension (RFC 5280 section 4.2.1.10), and back.
 */
final class NameConstraint {
  private NameConstraint() {}

  static NameConstraints of(Permitted permitted) {
    var trees = new ArrayList<GeneralSubtree>();
    for (var zone : permitted.zones()) {
      trees.add(new GeneralSubtree(new GeneralName(GeneralName.dNSName, zone)));
    }
    for (var range : permitted.ranges()) {
      var octets = new DEROctetString(IpRange.parse(range).octets());
      trees.add(new GeneralSubtree(new GeneralName(GeneralName.iPAddress, octets)));
    }
    return new NameConstraints(trees.toArray(GeneralSubtree[]::new), null);
  }

  /** An intermediate without constraints is none of ours. */
  static Permitted read(X509Certificate intermediate) {
    var extension = intermediate.getExtensionValue(Extension.nameConstraints.getId());
    if (extension == null) {
      throw new IllegalArgumentException("intermediate: without name constraints (expected: some)");
    }
    var constraints =
        NameConstraints.getInstance(ASN1OctetString.getInstance(extension).getOctets());
    var zones = new ArrayList<String>();
    var ranges = new ArrayList<String>();
    for (var tree : constraints.getPermittedSubtrees()) {
      var base = tree.getBase();
      if (base.getTagNo() == GeneralName.dNSName) {
        zones.add(ASN1IA5String.getInstance(base.getName()).getString());
      } else if (base.getTagNo() == GeneralName.iPAddress) {
        ranges.add(range(ASN1OctetString.getInstance(base.getName()).getOctets()));
      }
    }
    return new Permitted(List.copyOf(zones), List.copyOf(ranges));
  }

  private static String range(byte[] octets) {
    try {
      return IpRange.of(octets).toString();
    } catch (UnknownHostException fault) {
      throw new IllegalArgumentException("intermediate: with a broken range of addresses", fault);
    }
  }
}
