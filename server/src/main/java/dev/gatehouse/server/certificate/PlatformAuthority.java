package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.EmbeddedAuthority.Material;
import dev.gatehouse.certificates.Issuer;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.Permitted;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The embedded authority of this installation: made at the first start and kept sealed. The root
 * stays; the intermediate is made anew when the permitted names change or two thirds of its life
 * are over.
 */
public final class PlatformAuthority implements Issuer {
  private static final String ROOT = "root";
  private static final String INTERMEDIATE = "intermediate";

  private final Database database;
  private final Sealer sealer;
  private final InstantSource clock;

  // Replaced under the lock of this object only.
  private volatile EmbeddedAuthority authority;

  public PlatformAuthority(
      Database database,
      Sealer sealer,
      Permitted permitted,
      InstantSource clock,
      SecureRandom random) {
    this.database = database;
    this.sealer = sealer;
    this.clock = clock;
    Optional<Material> kept =
        part(ROOT).flatMap(root -> part(INTERMEDIATE).map(child -> new Material(root, child)));
    if (kept.isEmpty()) {
      authority = EmbeddedAuthority.create(permitted, clock, random);
      keep(authority.material());
    } else {
      authority = EmbeddedAuthority.of(kept.get(), clock, random);
      if (!authority.permitted().equals(permitted)) {
        authority = authority.withIntermediateFor(permitted);
        keep(authority.material());
      }
    }
  }

  /** What clients must trust, as PEM. */
  public String rootPem() {
    return authority.rootPem();
  }

  @Override
  public String name() {
    return authority.name();
  }

  @Override
  public CertifiedKey issue(List<String> names, Duration life) {
    return fresh().issue(names, life);
  }

  private synchronized EmbeddedAuthority fresh() {
    X509Certificate intermediate = authority.material().intermediate().leaf();
    Instant begin = intermediate.getNotBefore().toInstant();
    var life = Duration.between(begin, intermediate.getNotAfter().toInstant());
    if (clock.instant().isAfter(begin.plus(life.multipliedBy(2).dividedBy(3)))) {
      EmbeddedAuthority next = authority.withIntermediateFor(authority.permitted());
      keep(next.material());
      authority = next;
    }
    return authority;
  }

  private void keep(Material material) {
    database
        .jdbi()
        .useTransaction(h -> {
          for (String part : List.of(ROOT, INTERMEDIATE)) {
            CertifiedKey pair = part.equals(ROOT) ? material.root() : material.intermediate();
            h.execute(
                "INSERT INTO authority (part, sealed) VALUES (?, ?)"
                    + " ON CONFLICT (part) DO UPDATE SET sealed = excluded.sealed",
                part,
                sealer.sealText(Pem.of(pair), context(part)));
          }
        });
  }

  private Optional<CertifiedKey> part(String name) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT sealed FROM authority WHERE part = ?")
                .bind(0, name)
                .mapTo(byte[].class)
                .findOne())
        .map(sealed -> Pem.pair(sealer.openText(sealed, context(name))));
  }

  private static String context(String part) {
    return "authority/" + part;
  }
}
