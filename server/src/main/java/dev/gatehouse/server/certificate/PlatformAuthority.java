package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertificateFault;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.EmbeddedAuthority.Material;
import dev.gatehouse.certificates.ImportedIntermediate;
import dev.gatehouse.certificates.Intermediate;
import dev.gatehouse.certificates.IntermediateRequest;
import dev.gatehouse.certificates.Issuer;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.Permitted;
import dev.gatehouse.certificates.Signing;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded authority of this installation: made at the first start and kept sealed. The root
 * stays; the intermediate is made anew when the permitted names change or two thirds of its life
 * are over. One that was imported under the user's root signs in its place.
 */
public final class PlatformAuthority implements Issuer {
  private static final Logger log = LoggerFactory.getLogger(PlatformAuthority.class);

  private final AuthorityParts parts;
  private final Permitted permitted;
  private final Signing signing;

  // Both are replaced under the lock of this object only.
  private volatile EmbeddedAuthority authority;
  private volatile @Nullable Imported imported;

  public PlatformAuthority(
      Database database,
      Sealer sealer,
      Permitted permitted,
      InstantSource clock,
      SecureRandom random) {
    this(database, sealer, permitted, new Signing(clock, random));
  }

  public PlatformAuthority(Database database, Sealer sealer, Permitted permitted, Signing signing) {
    this.parts = new AuthorityParts(database, sealer);
    this.permitted = permitted;
    this.signing = signing;
    Optional<Material> kept =
        parts
            .pair(AuthorityParts.ROOT)
            .flatMap(root ->
                parts.pair(AuthorityParts.INTERMEDIATE).map(child -> new Material(root, child)));
    if (kept.isEmpty()) {
      authority = EmbeddedAuthority.create(permitted, signing);
      parts.keep(
          Map.of(
              AuthorityParts.ROOT, authority.material().root(),
              AuthorityParts.INTERMEDIATE, authority.material().intermediate()));
    } else {
      authority = EmbeddedAuthority.of(kept.get(), signing);
      if (!authority.permitted().equals(permitted)) {
        rotate();
      }
    }
    imported = parts.pair(AuthorityParts.IMPORTED).map(this::opened).orElse(null);
  }

  /** An intermediate of ours and the user's root above it. */
  private record Imported(Intermediate intermediate, X509Certificate root) {}

  /** The certificate that clients must trust. */
  public X509Certificate root() {
    Imported other = imported;
    return other == null ? authority.material().root().leaf() : other.root();
  }

  /** What clients must trust, as PEM. */
  public String rootPem() {
    return Pem.of(List.of(root()));
  }

  @Override
  public String name() {
    return intermediate().name();
  }

  @Override
  public CertifiedKey issue(List<String> names, Duration life) {
    rotateWhenDue();
    return intermediate().issue(names, life);
  }

  /** What signs leaves now. */
  Intermediate intermediate() {
    Imported other = imported;
    return other == null ? authority.intermediate() : other.intermediate();
  }

  boolean underOtherRoot() {
    return imported != null;
  }

  boolean requested() {
    return parts.requested().isPresent();
  }

  /**
   * Makes the next intermediate once two thirds of the life of this one are over; says when next.
   */
  synchronized Instant rotateWhenDue() {
    if (imported == null && signing.clock().instant().isAfter(authority.intermediate().due())) {
      rotate();
      log.info("the authority has a new intermediate: {}", authority.name());
    }
    return intermediate().due();
  }

  private synchronized void rotate() {
    EmbeddedAuthority next = authority.withIntermediateFor(permitted);
    parts.keep(Map.of(AuthorityParts.INTERMEDIATE, next.material().intermediate()));
    authority = next;
  }

  /** A new request, in PEM, for the user's root to sign; an older one is forgotten. */
  synchronized String request() {
    var request = IntermediateRequest.create(permitted, signing.random());
    parts.request(request.key());
    return request.pem();
  }

  /** Signs with the certificate that the user's root gave for the request from now on. */
  synchronized void accept(String chainPem) {
    // Repeating an import, or renewing the certificate of the same key, needs no new request.
    PrivateKey key =
        parts
            .requested()
            .or(() -> parts.pair(AuthorityParts.IMPORTED).map(CertifiedKey::key))
            .orElseThrow(() ->
                new ProblemException(
                    new Problem.Conflict(
                        "NoAuthorityRequest",
                        "No request waits for its certificate: make one with './gatehouse authority request' and have it signed.")));
    try {
      var accepted = ImportedIntermediate.check(chainPem, key, permitted, signing);
      var chain = new java.util.ArrayList<>(accepted.pair().chain());
      chain.add(accepted.root());
      parts.keep(Map.of(AuthorityParts.IMPORTED, new CertifiedKey(chain, key)));
      imported =
          new Imported(new Intermediate(accepted.pair(), permitted, signing), accepted.root());
    } catch (CertificateFault e) {
      throw new ProblemException(new Problem.Invalid("InvalidAuthority", e.reason().sentence()), e);
    }
  }

  private Imported opened(CertifiedKey kept) {
    int last = kept.chain().size() - 1;
    var pair = new CertifiedKey(kept.chain().subList(0, last), kept.key());
    return new Imported(new Intermediate(pair, permitted, signing), kept.chain().get(last));
  }

  /**
   * Whether it is one of ours that clients who trust the present root alone refuse, or that sends
   * them to a revocation list where there is none any more.
   */
  boolean outdated(CertifiedKey leaf) {
    if (leaf.chain().size() < 2) {
      return false;
    }
    var issuer = leaf.chain().get(1).getPublicKey();
    return signers().containsKey(Signing.id(issuer))
        && !(ImportedIntermediate.under(root(), leaf)
            && signing.namesListAsNow(leaf.leaf(), issuer));
  }

  /**
   * All that sign lists: the root and every intermediate that has not expired, by key identifier.
   */
  synchronized Map<String, CertifiedKey> signers() {
    var signers = new LinkedHashMap<String, CertifiedKey>();
    Instant now = signing.clock().instant();
    parts
        .retired()
        .forEach((part, pair) -> {
          if (now.isAfter(pair.leaf().getNotAfter().toInstant())) {
            parts.forget(part);
          } else {
            signers.put(id(pair), pair);
          }
        });
    signers.put(id(authority.material().root()), authority.material().root());
    signers.put(id(authority.material().intermediate()), authority.material().intermediate());
    signers.put(id(intermediate().pair()), intermediate().pair());
    return signers;
  }

  Signing signing() {
    return signing;
  }

  private static String id(CertifiedKey pair) {
    return Signing.id(pair.leaf().getPublicKey());
  }
}
