package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads certificates in the order given: PEM with anything around it, DER, or the ones that go with
 * the key of a PKCS#12 store; at least one, and not checked in any way.
 */
public final class CertificateReader {
  /** Bounds the work of building a chain from a hostile heap of certificates. */
  static final int MOST_CERTIFICATES = 100;

  private static final Set<String> LABELS =
      Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");

  private CertificateReader() {}

  public static List<X509Certificate> read(byte[] input, Passphrase passphrase) {
    Reading.limit(input, Input.CERTIFICATE);
    if (PemBlock.occursIn(input)) {
      return fromPem(PemBlock.all(input, Input.CERTIFICATE));
    }
    if (input.length == 0 || input[0] != 0x30) {
      throw new CertificateFault(new Reason.NoPem(Input.CERTIFICATE, List.of()));
    }
    if (!Pkcs12.looksLike(input)) {
      return List.of(certificate(input, "its DER"));
    }
    return Reading.of(
        new Reason.Unreadable(Input.CERTIFICATE, "its PKCS#12 store is broken"),
        () -> {
          var certificates = Pkcs12.read(input, passphrase).certificates();
          if (certificates.isEmpty()) {
            throw new CertificateFault(
                new Reason.Unreadable(
                    Input.CERTIFICATE, "its PKCS#12 store holds a key without a certificate"));
          }
          return certificates;
        });
  }

  private static List<X509Certificate> fromPem(List<PemBlock> blocks) {
    var certificates = new ArrayList<X509Certificate>();
    for (var block : blocks) {
      if (!LABELS.contains(block.label())) {
        continue;
      }
      if (certificates.size() == MOST_CERTIFICATES) {
        throw new CertificateFault(
            new Reason.Unreadable(
                Input.CERTIFICATE, "it holds more than " + MOST_CERTIFICATES + " certificates"));
      }
      certificates.add(certificate(block.content(), "PEM block " + (certificates.size() + 1)));
    }
    if (certificates.isEmpty()) {
      throw new CertificateFault(
          new Reason.NoPem(
              Input.CERTIFICATE, blocks.stream().map(PemBlock::label).distinct().toList()));
    }
    return List.copyOf(certificates);
  }

  private static X509Certificate certificate(byte[] der, String where) {
    return Reading.of(
        new Reason.Unreadable(Input.CERTIFICATE, where + " holds no certificate"),
        // Reads one and leaves the rest, which is what OpenSSL appends to a TRUSTED CERTIFICATE.
        () ->
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der)));
  }
}
