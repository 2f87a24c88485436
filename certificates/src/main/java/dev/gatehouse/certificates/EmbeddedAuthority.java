package dev.gatehouse.certificates;

import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
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

  private final Material material;
  private final Intermediate intermediate;
  private final Signing signing;

  private EmbeddedAuthority(Material material, Signing signing) {
    this.material = material;
    this.intermediate =
        new Intermediate(
            material.intermediate(), NameConstraint.read(material.intermediate().leaf()), signing);
    this.signing = signing;
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
    return create(permitted, new Signing(clock, random));
  }

  /** The same, with what else its signatures need. */
  public static EmbeddedAuthority create(Permitted permitted, Signing signing) {
    var random = signing.random();
    var key = Mint.newKey("secp384r1", random);
    var name = name("Root " + Mint.mark(key.getPublic()));
    var certificate =
        new Mint(name, name, key.getPublic(), life(signing.clock().instant(), ROOT_LIFE), random)
            .with(Extension.basicConstraints, true, new BasicConstraints(true))
            .with(Extension.keyUsage, true, authorityUsage())
            .sign(key.getPublic(), key.getPrivate(), random);
    var root = new CertifiedKey(List.of(certificate), key.getPrivate());
    return new EmbeddedAuthority(
        new Material(root, intermediate(root, permitted, signing)), signing);
  }

  /** Opens a kept one; what it may sign stands in its intermediate. */
  public static EmbeddedAuthority of(Material material, InstantSource clock, SecureRandom random) {
    return of(material, new Signing(clock, random));
  }

  /** The same, with what else its signatures need. */
  public static EmbeddedAuthority of(Material material, Signing signing) {
    return new EmbeddedAuthority(material, signing);
  }

  /** The same root with a new intermediate: for other zones, or before the old one ends. */
  public EmbeddedAuthority withIntermediateFor(Permitted names) {
    var next = intermediate(material.root(), names, signing);
    return new EmbeddedAuthority(new Material(material.root(), next), signing);
  }

  public Material material() {
    return material;
  }

  public Permitted permitted() {
    return intermediate.permitted();
  }

  /** What signs the leaves. */
  public Intermediate intermediate() {
    return intermediate;
  }

  /** What clients must trust. */
  public String rootPem() {
    return Pem.of(List.of(material.root().leaf()));
  }

  @Override
  public String name() {
    return intermediate.name();
  }

  /** Signs for names within {@link #permitted()}; never beyond the end of the intermediate. */
  @Override
  public CertifiedKey issue(List<String> names, Duration life) {
    return intermediate.issue(names, life);
  }

  private static CertifiedKey intermediate(
      CertifiedKey root, Permitted permitted, Signing signing) {
    var random = signing.random();
    KeyPair key = Mint.newKey("secp256r1", random);
    var name = intermediateName(key.getPublic());
    var wanted = life(signing.clock().instant(), INTERMEDIATE_LIFE);
    var end = root.leaf().getNotAfter().toInstant();
    var cut = wanted.until().isAfter(end) ? new Mint.Life(wanted.from(), end) : wanted;
    var mint =
        new Mint(subject(root.leaf()), name, key.getPublic(), cut, random)
            .with(Extension.basicConstraints, true, new BasicConstraints(0))
            .with(Extension.keyUsage, true, authorityUsage())
            .with(Extension.extendedKeyUsage, false, serverAuth())
            .with(Extension.nameConstraints, true, NameConstraint.of(permitted));
    signing
        .authorityList(root.leaf().getPublicKey())
        .ifPresent(list -> mint.with(Extension.cRLDistributionPoints, false, list));
    var certificate = mint.sign(root.leaf().getPublicKey(), root.key(), random);
    return new CertifiedKey(List.of(certificate), key.getPrivate());
  }

  static Mint.Life life(Instant now, Duration life) {
    var seconds = now.truncatedTo(ChronoUnit.SECONDS);
    return new Mint.Life(seconds.minus(BACKDATING), seconds.plus(life));
  }

  /** As encoded, so that issuer and subject are equal byte by byte. */
  private static X500Name subject(X509Certificate certificate) {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  static X500Name intermediateName(PublicKey key) {
    return name("Intermediate " + Mint.mark(key));
  }

  private static X500Name name(String commonName) {
    return new X500NameBuilder()
        .addRDN(BCStyle.O, ORGANIZATION)
        .addRDN(BCStyle.CN, ORGANIZATION + " " + commonName)
        .build();
  }

  static KeyUsage authorityUsage() {
    return new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
  }

  static ExtendedKeyUsage serverAuth() {
    return new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
  }
}
