package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * What people want to know of a certificate; the serial is lower-case hex, the names are DNS names
 * as they stand in the certificate, and addresses.
 */
public record CertificateFacts(
    String issuer,
    String serial,
    List<String> names,
    String keyType,
    Instant notBefore,
    Instant notAfter) {
  private static final int DNS_NAME = 2;
  private static final int ADDRESS = 7;

  public CertificateFacts {
    names = List.copyOf(names);
  }

  public static CertificateFacts of(X509Certificate certificate) {
    return new CertificateFacts(
        text(certificate.getIssuerX500Principal()),
        certificate.getSerialNumber().toString(16),
        names(certificate),
        KeyKind.of(certificate.getPublicKey()).text(),
        certificate.getNotBefore().toInstant(),
        certificate.getNotAfter().toInstant());
  }

  /** Whole days, rounded down: 0 on the last day, negative once it is over. */
  public long daysLeft(Instant now) {
    return Math.floorDiv(
        Duration.between(now, notAfter).toSeconds(), Duration.ofDays(1).toSeconds());
  }

  static List<String> names(X509Certificate certificate) {
    return Reading.of(
        new Reason.Unreadable(Input.CERTIFICATE, "its subject alternative names are broken"),
        () -> {
          var names = new ArrayList<String>();
          var alternatives = certificate.getSubjectAlternativeNames();
          for (var name : alternatives == null ? List.<List<?>>of() : alternatives) {
            var type = (int) name.get(0);
            if (type == DNS_NAME) {
              names.add((String) name.get(1));
            } else if (type == ADDRESS) {
              names.add(InetAddress.ofLiteral((String) name.get(1)).getHostAddress());
            }
          }
          return names;
        });
  }

  /** The subject's common name, else its whole name, else the first of the alternative names. */
  static String subject(X509Certificate certificate) {
    var subject = text(certificate.getSubjectX500Principal());
    return subject.isEmpty() ? String.join(", ", names(certificate)) : subject;
  }

  /** The common name, else the whole name. */
  static String text(X500Principal principal) {
    try {
      var commonNames = X500Name.getInstance(principal.getEncoded()).getRDNs(BCStyle.CN);
      return commonNames.length == 0
          ? principal.getName()
          : IETFUtils.valueToString(commonNames[0].getFirst().getValue());
    } catch (RuntimeException _) {
      // Broken characters in a name are no fault of the certificate as a whole; Java reads on.
      return principal.getName();
    }
  }
}
