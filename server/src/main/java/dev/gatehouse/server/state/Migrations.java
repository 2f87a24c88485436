package dev.gatehouse.server.state;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * Brings the tables up to date: every script of the list runs once, in order, each in a transaction
 * of its own.
 */
final class Migrations {
  /** Append only: a script that has been released never changes and never moves. */
  private static final List<String> SCRIPTS =
      List.of(
          "001-operations.sql",
          "002-workspaces.sql",
          "010-artifacts.sql",
          "020-models.sql",
          "030-environments.sql",
          "040-computes.sql",
          "050-certificates.sql",
          "060-services.sql",
          "061-service-names.sql",
          "070-identity.sql",
          "071-revocations.sql",
          "075-issuers.sql",
          "076-certificate-history.sql",
          "080-brought-certificates.sql",
          "085-service-rollouts.sql");

  private Migrations() {}

  static void apply(Jdbi jdbi) {
    jdbi.useHandle(h -> h.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)"));
    List<String> done =
        jdbi.withHandle(
            h -> h.createQuery("SELECT name FROM migration").mapTo(String.class).list());
    for (String unknown : done.stream().filter(name -> !SCRIPTS.contains(name)).toList()) {
      throw new IllegalStateException(
          "the database was written by a newer Gatehouse (it has the migration "
              + unknown
              + "); start that one");
    }
    for (String script : SCRIPTS) {
      if (!done.contains(script)) {
        jdbi.useTransaction(h -> {
          h.createScript(read(script)).execute();
          h.execute("INSERT INTO migration (name) VALUES (?)", script);
        });
      }
    }
  }

  private static String read(String script) {
    try (InputStream in = Migrations.class.getResourceAsStream("/migrations/" + script)) {
      if (in == null) {
        throw new IllegalStateException("the migration " + script + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
