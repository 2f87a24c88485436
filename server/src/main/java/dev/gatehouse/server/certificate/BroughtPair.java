package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertificateFault;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.CustomCertificate;
import dev.gatehouse.certificates.Passphrase;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.TrustedRoots;
import java.net.IDN;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A custom certificate that has passed all checks; the name is in lower case and ASCII. */
public record BroughtPair(String cname, CertifiedKey pair, Remarks remarks) {
  private static final Pattern LABELS =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final int LONGEST_NAME = 253;

  /** Finds the private key that was made here for a public one. */
  @FunctionalInterface
  interface Keys {
    Optional<PrivateKey> of(PublicKey key);
  }

  static BroughtPair check(BroughtPem sent, Keys keys, Instant now) {
    String host = host(sent.cname());
    try {
      var checked =
          CustomCertificate.read(
                  sent.certificate(),
                  key(sent, keys),
                  Passphrase.of(sent.passphrase().toCharArray()))
              .check(host, now, Roots.KNOWN);
      return new BroughtPair(
          host, checked.pair(), new Remarks(checked.repairs(), checked.warnings()));
    } catch (CertificateFault e) {
      // Without the cause: it was made from what the caller sent.
      throw new ProblemException(new Problem.Invalid("InvalidCertificate", e.reason().sentence()));
    }
  }

  /** As it was sent, from the store that was sent, or from the request that it answers. */
  private static String key(BroughtPem sent, Keys keys) {
    if (!sent.key().isBlank() || Pem.isStore(sent.certificate())) {
      return sent.key().isBlank() ? sent.certificate() : sent.key();
    }
    return Pem.certificates(sent.certificate()).stream()
        .flatMap(each -> keys.of(each.getPublicKey()).stream())
        .findFirst()
        .map(Pem::of)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.Invalid(
                    "PrivateKeyMissing",
                    "The private key ('key', for a service 'sslKey') is missing, and none that was made here for a"
                        + " certificate request fits the certificate; send the key, or the certificate that was signed"
                        + " for an open request.")));
  }

  /** As {@link #host}, with a wildcard as its first label if need be. */
  static String name(String name) {
    String stripped = name.strip();
    return stripped.startsWith("*.") ? "*." + host(stripped.substring(2)) : host(stripped);
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
