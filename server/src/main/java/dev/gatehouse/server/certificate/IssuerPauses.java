package dev.gatehouse.server.certificate;

import dev.gatehouse.server.state.Database;
import java.time.Instant;
import java.util.Optional;

/**
 * The table {@code issuer_pause}: until when issuers asked to be left alone, also over restarts.
 */
final class IssuerPauses {
  private final Database database;

  IssuerPauses(Database database) {
    this.database = database;
  }

  void pause(String issuer, Instant until) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT INTO issuer_pause (issuer, until) VALUES (?, ?)"
                    + " ON CONFLICT (issuer) DO UPDATE SET until = excluded.until",
                issuer,
                until.toString()));
  }

  /** Empty when it can be asked now. */
  Optional<Instant> until(String issuer, Instant now) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT until FROM issuer_pause WHERE issuer = ?")
                .bind(0, issuer)
                .mapTo(String.class)
                .findOne())
        .map(Instant::parse)
        .filter(now::isBefore);
  }
}
