package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.Signing;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.security.PrivateKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The table {@code authority}: every key of the embedded authority, sealed under its part's name.
 */
final class AuthorityParts {
  static final String ROOT = "root";
  static final String INTERMEDIATE = "intermediate";

  /** Our intermediate under somebody else's root; that root is the last of its chain. */
  static final String IMPORTED = "imported";

  private static final String REQUEST = "request";
  private static final String RETIRED = "retired/";

  private final Database database;
  private final Sealer sealer;

  AuthorityParts(Database database, Sealer sealer) {
    this.database = database;
    this.sealer = sealer;
  }

  Optional<CertifiedKey> pair(String part) {
    return text(part).map(Pem::pair);
  }

  /** The key of the request that waits for its certificate. */
  Optional<PrivateKey> requested() {
    return text(REQUEST).map(Pem::key);
  }

  void request(PrivateKey key) {
    database.jdbi().useHandle(h -> put(h, REQUEST, Pem.of(key)));
  }

  /** In one transaction; what was there before is kept as retired, and goes on signing its list. */
  void keep(Map<String, CertifiedKey> parts) {
    database
        .jdbi()
        .useTransaction(h -> {
          for (var part : parts.entrySet()) {
            retire(h, part.getKey());
            put(h, part.getKey(), Pem.of(part.getValue()));
            if (part.getKey().equals(IMPORTED)) {
              h.execute("DELETE FROM authority WHERE part = ?", REQUEST);
            }
          }
        });
  }

  /** Those that sign no leaves any more, by the name of their part. */
  Map<String, CertifiedKey> retired() {
    List<String> names =
        database
            .jdbi()
            .withHandle(h ->
                h.createQuery("SELECT part FROM authority WHERE part LIKE 'retired/%'")
                    .mapTo(String.class)
                    .list());
    var retired = new LinkedHashMap<String, CertifiedKey>();
    names.forEach(name -> pair(name).ifPresent(pair -> retired.put(name, pair)));
    return retired;
  }

  void forget(String part) {
    database.jdbi().useHandle(h -> h.execute("DELETE FROM authority WHERE part = ?", part));
  }

  private void retire(Handle h, String part) {
    pair(part)
        .ifPresent(old -> put(h, RETIRED + Signing.id(old.leaf().getPublicKey()), Pem.of(old)));
  }

  private void put(Handle h, String part, String secret) {
    h.execute(
        "INSERT INTO authority (part, sealed) VALUES (?, ?)"
            + " ON CONFLICT (part) DO UPDATE SET sealed = excluded.sealed",
        part,
        sealer.sealText(secret, context(part)));
  }

  private Optional<String> text(String part) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT sealed FROM authority WHERE part = ?")
                .bind(0, part)
                .mapTo(byte[].class)
                .findOne())
        .map(sealed -> sealer.openText(sealed, context(part)));
  }

  private static String context(String part) {
    return "authority/" + part;
  }
}
