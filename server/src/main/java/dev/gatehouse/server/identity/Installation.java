package dev.gatehouse.server.identity;

import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Values that are made once, at the first start, and kept sealed for the life of the installation.
 */
public final class Installation {
  private final Database database;
  private final Sealer sealer;

  public Installation(Database database, Sealer sealer) {
    this.database = database;
    this.sealer = sealer;
  }

  /** The value under the name, or the one that the maker makes, stored before it is returned. */
  public byte[] value(String name, Supplier<byte[]> maker) {
    return find(name)
        .orElseGet(() -> {
          byte[] made = maker.get();
          database
              .jdbi()
              .useHandle(h ->
                  h.execute(
                      "INSERT INTO identity (name, value) VALUES (?, ?)",
                      name,
                      sealer.seal(made, context(name))));
          return made;
        });
  }

  public String text(String name, Supplier<String> maker) {
    return new String(
        value(name, () -> maker.get().getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }

  private Optional<byte[]> find(String name) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT value FROM identity WHERE name = ?")
                .bind(0, name)
                .mapTo(byte[].class)
                .findOne())
        .map(sealed -> sealer.open(sealed, context(name)));
  }

  private static String context(String name) {
    return "identity/" + name;
  }
}
