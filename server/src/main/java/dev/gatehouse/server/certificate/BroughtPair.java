package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertificateFault;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.CustomCertificate;
import dev.gatehouse.certificates.Passphrase;
import dev.gatehouse.certificates.TrustedRoots;
import java.net.IDN;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A custom certificate that has passed all checks; the name is in lower case and ASCII. */
public record BroughtPair(
    String cname, CertifiedKey pair, List<String> repairs, List<String> warnings) {
  private static final Pattern LABELS =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final int LONGEST_NAME = 253;

  public BroughtPair {
    repairs = List.copyOf(repairs);
    warnings = List.copyOf(warnings);
  }

  static BroughtPair check(String cname, String certificatePem, String keyPem, Instant now) {
    String host = host(cname);
    try {
      var checked =
          CustomCertificate.read(certificatePem, keyPem, Passphrase.NONE)
              .check(host, now, Roots.KNOWN);
      return new BroughtPair(host, checked.pair(), checked.repairs(), checked.warnings());
    } catch (CertificateFault e) {
      // Without the cause: it was made from what the caller sent.
      throw new ProblemException(new Problem.Invalid("InvalidCertificate", e.reason().sentence()));
    }
  }

  private static String host(String cname) {
    String host = cname.strip();
    try {
      host = IDN.toASCII(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    } catch (IllegalArgumentException _) {
      throw refused(cname);
    }
    host = host.toLowerCase(Locale.ROOT);
    if (host.length() > LONGEST_NAME
        || !LABELS.matcher(host).matches()
        || host.matches("[0-9.]+")) {
      throw refused(cname);
    }
    return host;
  }

  private static ProblemException refused(String cname) {
    return new ProblemException(
        new Problem.Invalid(
            "InvalidCname",
            "The cname '"
                + cname.strip()
                + "' is no DNS name that a certificate can be shown for; send one such as www.contoso.com."));
  }

  /** Read when the first certificate is checked: it takes a tenth of a second. */
  private static final class Roots {
    static final TrustedRoots KNOWN = TrustedRoots.ofThisJava();
  }
}
