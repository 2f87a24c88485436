package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.RevocationList;
import dev.gatehouse.certificates.RevocationList.Entry;
import dev.gatehouse.certificates.RevocationList.Reason;
import dev.gatehouse.server.state.Database;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The revocation list of each key of the authority: signed anew every day, and as soon as it is
 * asked for after a revocation.
 */
final class RevocationLists {
  static final Duration EVERY = Duration.ofDays(1);

  private final Database database;
  private final PlatformAuthority authority;

  RevocationLists(Database database, PlatformAuthority authority) {
    this.database = database;
    this.authority = authority;
  }

  /** The list in DER; empty for an issuer that is none of ours. */
  synchronized Optional<byte[]> list(String issuer) {
    return Optional.ofNullable(authority.signers().get(issuer))
        .filter(RevocationList::signedBy)
        .map(signer -> database.jdbi().inTransaction(h -> current(h, issuer, signer)));
  }

  /** Signs all that are a day old; says when next. */
  Instant sign() {
    authority.signers().keySet().forEach(this::list);
    return authority.signing().clock().instant().plus(EVERY);
  }

  private byte[] current(Handle h, String issuer, CertifiedKey signer) {
    Instant now = authority.signing().clock().instant();
    return h.createQuery(
            "SELECT content FROM revocation_list l WHERE issuer_key = ? AND signed_at > ? AND NOT EXISTS"
                + " (SELECT 1 FROM certificate c WHERE c.issuer_key = l.issuer_key AND c.revoked_at >= l.signed_at)")
        .bind(0, issuer)
        .bind(1, now.minus(EVERY).toString())
        .mapTo(byte[].class)
        .findOne()
        .orElseGet(() -> signed(h, issuer, signer, now));
  }

  private byte[] signed(Handle h, String issuer, CertifiedKey signer, Instant now) {
    long number =
        h.createQuery("SELECT number FROM revocation_list WHERE issuer_key = ?")
                .bind(0, issuer)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L)
            + 1;
    byte[] content = RevocationList.sign(signer, number, authority.signing(), revoked(h, issuer));
    h.execute(
        "INSERT INTO revocation_list (issuer_key, number, signed_at, content) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (issuer_key) DO UPDATE SET number = excluded.number, signed_at = excluded.signed_at,"
            + " content = excluded.content",
        issuer,
        number,
        now.toString(),
        content);
    return content;
  }

  /**
   * An expired one stays for the life of a list: every revoked one is in at least one (RFC 5280).
   */
  private List<Entry> revoked(Handle h, String issuer) {
    Instant since = authority.signing().clock().instant().minus(RevocationList.LIFE);
    return h.createQuery(
            "SELECT serial, revoked_at, revocation_reason FROM certificate"
                + " WHERE issuer_key = ? AND revoked_at IS NOT NULL AND not_after > ? ORDER BY revoked_at")
        .bind(0, issuer)
        .bind(1, since.toString())
        .map((rs, _) ->
            new Entry(
                new BigInteger(rs.getString("serial"), 16),
                Instant.parse(rs.getString("revoked_at")),
                Reason.valueOf(rs.getString("revocation_reason"))))
        .list();
  }
}
