package dev.gatehouse.gateway;

import dev.gatehouse.certificates.CertifiedKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A throw-away CA. */
final class Authority {
  private final KeyPair keys = keys();
  private final X509Certificate root;
  private final AtomicLong serial = new AtomicLong(1_000);

  Authority() {
    root = sign("CN=Throw-away", keys, List.of(), true, Instant.now().plusSeconds(86_400));
  }

  CertifiedKey issue(String... names) {
    return issue(Instant.now().plusSeconds(86_400), names);
  }

  CertifiedKey issue(Instant until, String... names) {
    var pair = keys();
    return new CertifiedKey(
        List.of(sign("CN=" + names[0], pair, List.of(names), false, until)), pair.getPrivate());
  }

  ClientRoots clients() {
    return new ClientRoots(List.of(root));
  }

  SSLContext trusting() {
    return trusting(null);
  }

  /** For clients that trust this CA and show that pair when they are asked for one. */
  SSLContext trusting(CertifiedKey client) {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("root", root);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(client == null ? null : showing(client), trust.getTrustManagers(), null);
      return context;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyManager[] showing(CertifiedKey client) throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "client", client.key(), new char[0], client.chain().toArray(new X509Certificate[0]));
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private X509Certificate sign(
      String subject, KeyPair pair, List<String> names, boolean ca, Instant until) {
    try {
      var now = Instant.now();
      var builder =
          new JcaX509v3CertificateBuilder(
              new X500Name("CN=Throw-away"),
              BigInteger.valueOf(serial == null ? 1 : serial.incrementAndGet()),
              Date.from(now.minusSeconds(3_600)),
              Date.from(until),
              new X500Name(subject),
              pair.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                names.stream()
                    .flatMap(name ->
                        Stream.of(
                            new GeneralName(
                                name.matches("[0-9.]+")
                                    ? GeneralName.iPAddress
                                    : GeneralName.dNSName,
                                name)))
                    .toArray(GeneralName[]::new)));
      }
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair keys() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
