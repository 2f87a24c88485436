package dev.gatehouse.certificates;

import java.net.InetAddress;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * An own authority in two tiers: a root for clients to trust, and an intermediate that is bound by
 * critical name constraints and signs the leaves. Its caller keeps the {@link Material}. Safe for
 * many threads.
 */
public final class EmbeddedAuthority implements Issuer {
  static final Duration ROOT_LIFE = Duration.ofDays(20 * 365 + 5);
  static final Duration INTERMEDIATE_LIFE = Duration.ofDays(5 * 365 + 1);

  /** For clients whose clocks are behind. */
  static final Duration BACKDATING = Duration.ofHours(1);

  private static final String ORGANIZATION = "Gatehouse";
  private static final X500Name EMPTY = new X500Name(new RDN[0]);

  private final Material material;
  private final Permitted permitted;
  private final InstantSource clock;
  private final SecureRandom random;

  private EmbeddedAuthority(Material material, InstantSource clock, SecureRandom random) {
    this.material = material;
    this.permitted = NameConstraint.read(material.intermediate().leaf());
    this.clock = clock;
    this.random = random;
  }

  /** Both keys of the authority, in clear: to be sealed before it is kept. */
  public record Material(CertifiedKey root, CertifiedKey intermediate) {
    public Material {
      if (!Chain.signed(root.leaf(), intermediate.leaf())) {
        throw new IllegalArgumentException(
            "intermediate: " + intermediate + " (expected: one signed by " + root + ")");
      }
      for (var pair : List.of(root, intermediate)) {
        if (!KeyMatch.of(pair.key(), pair.leaf().getPublicKey())) {
          throw new IllegalArgumentException(
              "key: of another certificate (expected: of " + pair + ")");
        }
      }
    }
  }

  /** Makes a new root, which no client trusts yet, and its first intermediate. */
  public static EmbeddedAuthority create(
      Permitted permitted, InstantSource clock, SecureRandom random) {
    var key = Mint.newKey("secp384r1", random);
    var name = name("Root " + Mint.mark(key.getPublic()));
    var certificate =
        new Mint(name, name, key.getPublic(), life(clock.instant(), ROOT_LIFE), random)
            .with(Extension.basicConstraints, true, new BasicConstraints(true))
            .with(Extension.keyUsage, true, authorityUsage())
            .sign(key.getPublic(), key.getPrivate(), random);
    var root = new CertifiedKey(List.of(certificate), key.getPrivate());
    return new EmbeddedAuthority(
        new Material(root, intermediate(root, permitted, clock, random)), clock, random);
  }

  /** Opens a kept one; what it may sign stands in its intermediate. */
  public static EmbeddedAuthority of(Material material, InstantSource clock, SecureRandom random) {
    return new EmbeddedAuthority(material, clock, random);
  }

  /** The same root with a new intermediate: for other zones, or before the old one ends. */
  public EmbeddedAuthority withIntermediateFor(Permitted names) {
    var intermediate = intermediate(material.root(), names, clock, random);
    return new EmbeddedAuthority(new Material(material.root(), intermediate), clock, random);
  }

  public Material material() {
    return material;
  }

  public Permitted permitted() {
    return permitted;
  }

  /** What clients must trust. */
  public String rootPem() {
    return Pem.of(List.of(material.root().leaf()));
  }

  @Override
  public String name() {
    return CertificateFacts.subject(material.intermediate().leaf());
  }

  /** Signs for names within {@link #permitted()}; never beyond the end of the intermediate. */
  @Override
  public CertifiedKey issue(List<String> names, Duration life) {
    if (!life.isPositive()) {
      throw new IllegalArgumentException("life: " + life + " (expected: more than nothing)");
    }
    var alternatives = alternatives(names);
    var issuer = material.intermediate().leaf();
    var now = clock.instant();
    var end = issuer.getNotAfter().toInstant();
    if (!now.isBefore(end)) {
      throw IssuerFault.refused(
          "The intermediate certificate of '%s' expired at %s: make a new one."
              .formatted(name(), end));
    }
    var wanted = life(now, life);
    var cut = wanted.until().isAfter(end) ? new Mint.Life(wanted.from(), end) : wanted;
    var key = Mint.newKey("secp256r1", random);
    var leaf =
        new Mint(subject(issuer), EMPTY, key.getPublic(), cut, random)
            // Critical because the subject is empty (RFC 5280 section 4.2.1.6).
            .with(Extension.subjectAlternativeName, true, new GeneralNames(alternatives))
            .with(Extension.basicConstraints, true, new BasicConstraints(false))
            .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
            .with(Extension.extendedKeyUsage, false, serverAuth())
            .sign(issuer.getPublicKey(), material.intermediate().key(), random);
    return new CertifiedKey(List.of(leaf, issuer), key.getPrivate());
  }

  private GeneralName[] alternatives(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("names: none (expected: at least one)");
    }
    Set<GeneralName> alternatives = new LinkedHashSet<>();
    for (var name : names) {
      var address = HostName.address(name);
      var host = HostName.normal(name);
      if (address.isEmpty() && host.isEmpty()) {
        throw IssuerFault.refused(
            "'%s' is no DNS name and no address: ask for names as in 'api.%s'."
                .formatted(name, permitted.zones().getFirst()));
      }
      if (!permitted.covers(name)) {
        throw IssuerFault.refused(
            "'%s' is outside what this authority may sign (%s): choose a name within, or extend its zones."
                .formatted(name, permitted));
      }
      alternatives.add(
          address
              .map(EmbeddedAuthority::general)
              .orElseGet(() -> new GeneralName(GeneralName.dNSName, host.orElseThrow())));
    }
    return alternatives.toArray(GeneralName[]::new);
  }

  private static GeneralName general(InetAddress address) {
    return new GeneralName(GeneralName.iPAddress, new DEROctetString(address.getAddress()));
  }

  private static CertifiedKey intermediate(
      CertifiedKey root, Permitted permitted, InstantSource clock, SecureRandom random) {
    KeyPair key = Mint.newKey("secp256r1", random);
    var name = name("Intermediate " + Mint.mark(key.getPublic()));
    var wanted = life(clock.instant(), INTERMEDIATE_LIFE);
    var end = root.leaf().getNotAfter().toInstant();
    var cut = wanted.until().isAfter(end) ? new Mint.Life(wanted.from(), end) : wanted;
    var certificate =
        new Mint(subject(root.leaf()), name, key.getPublic(), cut, random)
            .with(Extension.basicConstraints, true, new BasicConstraints(0))
            .with(Extension.keyUsage, true, authorityUsage())
            .with(Extension.extendedKeyUsage, false, serverAuth())
            .with(Extension.nameConstraints, true, NameConstraint.of(permitted))
            .sign(root.leaf().getPublicKey(), root.key(), random);
    return new CertifiedKey(List.of(certificate), key.getPrivate());
  }

  private static Mint.Life life(Instant now, Duration life) {
    var seconds = now.truncatedTo(ChronoUnit.SECONDS);
    return new Mint.Life(seconds.minus(BACKDATING), seconds.plus(life));
  }

  /** As encoded, so that issuer and subject are equal byte by byte. */
  private static X500Name subject(X509Certificate certificate) {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static X500Name name(String commonName) {
    return new X500NameBuilder()
        .addRDN(BCStyle.O, ORGANIZATION)
        .addRDN(BCStyle.CN, ORGANIZATION + " " + commonName)
        .build();
  }

  private static KeyUsage authorityUsage() {
    return new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
  }

  private static ExtendedKeyUsage serverAuth() {
    return new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
  }
}
