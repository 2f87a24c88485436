package dev.gatehouse.certificates;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A throw-away authority that also makes the certificates nobody should make. */
record TestAuthority(X509Certificate certificate, KeyPair key) {
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  static final Duration DAY = Duration.ofDays(1);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** What a certificate is made of; the defaults make a good leaf for api.contoso.test. */
  record Wish(
      String subject,
      List<String> names,
      KeyPair key,
      Instant from,
      Instant until,
      String algorithm,
      boolean authority,
      KeyPurposeId purpose,
      boolean fetchable) {
    Wish names(String... names) {
      return new Wish(
          subject, List.of(names), key, from, until, algorithm, authority, purpose, fetchable);
    }

    Wish noNames() {
      return names(new String[0]);
    }

    Wish subject(String subject) {
      return new Wish(subject, names, key, from, until, algorithm, authority, purpose, fetchable);
    }

    Wish key(KeyPair key) {
      return new Wish(subject, names, key, from, until, algorithm, authority, purpose, fetchable);
    }

    Wish life(Instant from, Instant until) {
      return new Wish(subject, names, key, from, until, algorithm, authority, purpose, fetchable);
    }

    Wish algorithm(String algorithm) {
      return new Wish(subject, names, key, from, until, algorithm, authority, purpose, fetchable);
    }

    Wish forAuthority() {
      return new Wish(subject, List.of(), key, from, until, algorithm, true, null, fetchable);
    }

    Wish purpose(KeyPurposeId purpose) {
      return new Wish(subject, names, key, from, until, algorithm, authority, purpose, fetchable);
    }

    Wish fetchableIssuer() {
      return new Wish(subject, names, key, from, until, algorithm, authority, purpose, true);
    }
  }

  static Wish wish() {
    return new Wish(
        "api.contoso.test",
        List.of("api.contoso.test"),
        ec("secp256r1"),
        NOW.minus(DAY),
        NOW.plus(DAY.multipliedBy(30)),
        "SHA256withECDSA",
        false,
        KeyPurposeId.id_kp_serverAuth,
        false);
  }

  static TestAuthority root(String name) {
    var wish = wish().subject(name).forAuthority();
    return new TestAuthority(selfSigned(wish), wish.key());
  }

  TestAuthority intermediate(String name) {
    return intermediate(name, wish -> wish);
  }

  TestAuthority intermediate(String name, UnaryOperator<Wish> change) {
    var wish = change.apply(wish().subject(name).forAuthority());
    return new TestAuthority(issue(wish), wish.key());
  }

  X509Certificate issue(Wish wish) {
    return make(
        wish, X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()), key);
  }

  static X509Certificate selfSigned(Wish wish) {
    return make(wish, name(wish.subject()), wish.key());
  }

  static KeyPair ec(String curve) {
    return newKey("EC", generator -> generator.initialize(new ECGenParameterSpec(curve), RANDOM));
  }

  static KeyPair rsa(int bits) {
    return newKey("RSA", generator -> generator.initialize(bits, RANDOM));
  }

  static KeyPair ed25519() {
    return newKey("Ed25519", _ -> {});
  }

  private interface Setting {
    void apply(KeyPairGenerator generator) throws Exception;
  }

  private static KeyPair newKey(String algorithm, Setting setting) {
    try {
      var generator = KeyPairGenerator.getInstance(algorithm);
      setting.apply(generator);
      return generator.generateKeyPair();
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  private static X500Name name(String commonName) {
    return new X500Name(commonName.isEmpty() ? "" : "CN=" + commonName);
  }

  private static X509Certificate make(Wish wish, X500Name issuer, KeyPair signer) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(100, RANDOM),
              Date.from(wish.from()),
              Date.from(wish.until()),
              name(wish.subject()),
              wish.key().getPublic());
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(wish.authority()));
      if (!wish.names().isEmpty()) {
        var names = wish.names().stream().map(TestAuthority::general);
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
      }
      if (wish.purpose() != null) {
        builder.addExtension(
            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(wish.purpose()));
      }
      if (wish.fetchable()) {
        builder.addExtension(
            Extension.authorityInfoAccess,
            false,
            new AuthorityInformationAccess(
                AccessDescription.id_ad_caIssuers,
                new GeneralName(
                    GeneralName.uniformResourceIdentifier, "http://ca.contoso.test/issuer.crt")));
      }
      var algorithm =
          switch (signer.getPrivate().getAlgorithm()) {
            case "RSA" -> wish.algorithm().replace("ECDSA", "RSA");
            case "EdDSA" -> "Ed25519";
            default -> wish.algorithm();
          };
      var content =
          new JcaContentSignerBuilder(algorithm)
              .setProvider(new BouncyCastleProvider())
              .build(signer.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(content));
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  private static GeneralName general(String name) {
    var kind = HostName.address(name).isPresent() ? GeneralName.iPAddress : GeneralName.dNSName;
    return new GeneralName(kind, name);
  }
}
