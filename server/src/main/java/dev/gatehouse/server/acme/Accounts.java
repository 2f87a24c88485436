package dev.gatehouse.server.acme;

import dev.gatehouse.certificates.acme.AccountKeys;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.InstantSource;
import java.util.Optional;

/** The table {@code acme_account}: the key of our account with each authority, sealed. */
final class Accounts implements AccountKeys {
  private final Database database;
  private final Sealer sealer;
  private final InstantSource clock;

  Accounts(Database database, Sealer sealer, InstantSource clock) {
    this.database = database;
    this.sealer = sealer;
    this.clock = clock;
  }

  private record Kept(byte[] publicKey, byte[] sealed) {}

  @Override
  public Optional<KeyPair> load(URI directory) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT public_key, sealed FROM acme_account WHERE directory = ?")
                .bind(0, directory.toString())
                .map((rs, _) -> new Kept(rs.getBytes("public_key"), rs.getBytes("sealed")))
                .findOne())
        .map(kept -> pair(kept.publicKey(), sealer.open(kept.sealed(), context(directory))));
  }

  @Override
  public void save(URI directory, KeyPair key) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT INTO acme_account (directory, public_key, sealed, created_at)"
                    + " VALUES (?, ?, ?, ?)",
                directory.toString(),
                key.getPublic().getEncoded(),
                sealer.seal(key.getPrivate().getEncoded(), context(directory)),
                clock.instant().toString()));
  }

  private static KeyPair pair(byte[] publicKey, byte[] privateKey) {
    try {
      var keys = KeyFactory.getInstance("EC");
      return new KeyPair(
          keys.generatePublic(new X509EncodedKeySpec(publicKey)),
          keys.generatePrivate(new PKCS8EncodedKeySpec(privateKey)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key of an ACME account cannot be read", e);
    }
  }

  private static String context(URI directory) {
    return "acme-account/" + directory;
  }
}
