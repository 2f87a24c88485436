package dev.gatehouse.certificates;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * Signs leaves with the key of an intermediate certificate, be its root ours or the user's; the
 * pair's chain is sent with every leaf. Safe for many threads.
 */
public final class Intermediate implements Issuer {
  private static final X500Name EMPTY = new X500Name(new RDN[0]);

  private final CertifiedKey pair;
  private final Permitted permitted;
  private final Signing signing;

  public Intermediate(CertifiedKey pair, Permitted permitted, Signing signing) {
    this.pair = pair;
    this.permitted = permitted;
    this.signing = signing;
  }

  public CertifiedKey pair() {
    return pair;
  }

  public Permitted permitted() {
    return permitted;
  }

  /** When two thirds of its life are over and the next one is due. */
  public Instant due() {
    var begin = pair.leaf().getNotBefore().toInstant();
    var life = Duration.between(begin, pair.leaf().getNotAfter().toInstant());
    return begin.plus(life.multipliedBy(2).dividedBy(3));
  }

  @Override
  public String name() {
    return CertificateFacts.subject(pair.leaf());
  }

  /** Signs for names within {@link #permitted()}; never beyond the end of the intermediate. */
  @Override
  public CertifiedKey issue(List<String> names, Duration life) {
    if (!life.isPositive()) {
      throw new IllegalArgumentException("life: " + life + " (expected: more than nothing)");
    }
    var alternatives = alternatives(names);
    var issuer = pair.leaf();
    var now = signing.clock().instant();
    var end = end();
    if (!now.isBefore(end)) {
      throw IssuerFault.refused(
          "The intermediate certificate of '%s' expired at %s: make a new one."
              .formatted(name(), end));
    }
    var wanted = EmbeddedAuthority.life(now, life);
    var cut = wanted.until().isAfter(end) ? new Mint.Life(wanted.from(), end) : wanted;
    var key = Mint.newKey("secp256r1", signing.random());
    var subject = X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded());
    var mint =
        new Mint(subject, EMPTY, key.getPublic(), cut, signing.random())
            // Critical because the subject is empty (RFC 5280 section 4.2.1.6).
            .with(Extension.subjectAlternativeName, true, new GeneralNames(alternatives))
            .with(Extension.basicConstraints, true, new BasicConstraints(false))
            .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
            .with(Extension.extendedKeyUsage, false, EmbeddedAuthority.serverAuth());
    signing
        .leafList(issuer.getPublicKey())
        .ifPresent(list -> mint.with(Extension.cRLDistributionPoints, false, list));
    var chain = new ArrayList<X509Certificate>();
    chain.add(mint.sign(issuer.getPublicKey(), pair.key(), signing.random()));
    chain.addAll(pair.chain());
    return new CertifiedKey(chain, key.getPrivate());
  }

  /** The first end in the chain: beyond it nobody accepts a leaf. */
  private Instant end() {
    return pair.chain().stream()
        .map(each -> each.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
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
              .map(Intermediate::general)
              .orElseGet(() -> new GeneralName(GeneralName.dNSName, host.orElseThrow())));
    }
    return alternatives.toArray(GeneralName[]::new);
  }

  private static GeneralName general(InetAddress address) {
    return new GeneralName(GeneralName.iPAddress, new DEROctetString(address.getAddress()));
  }
}
