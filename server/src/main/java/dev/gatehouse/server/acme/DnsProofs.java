package dev.gatehouse.server.acme;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.acme.ChallengeSolver;
import dev.gatehouse.certificates.acme.ChallengeSolver.Publication;
import dev.gatehouse.certificates.acme.Pause;
import dev.gatehouse.server.routing.Names;
import dev.gatehouse.server.state.Database;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * TXT records that authorities look for. Each is written down before it is published, in the table
 * {@code acme_record}, so that none outlives a crash on somebody else's server.
 */
final class DnsProofs {
  private final Database database;
  private final Names names;
  private final Pause pause;
  private final Set<Text> current = ConcurrentHashMap.newKeySet();

  DnsProofs(Database database, Names names, Pause pause) {
    this.database = database;
    this.names = names;
    this.pause = pause;
  }

  private record Text(String name, String value) {}

  /** {@code wait}: how long the zone's other servers need to have a record too. */
  ChallengeSolver.Dns01 records(Duration wait) {
    return (name, value) -> publish(new Text(name, value), wait);
  }

  private Publication publish(Text text, Duration wait) throws IOException, InterruptedException {
    current.add(text);
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT INTO acme_record (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
                text.name(),
                text.value()));
    boolean published = false;
    try {
      names.addChallenge(text.name(), text.value());
      pause.sleep(wait);
      published = true;
      return () -> takeBack(text);
    } catch (ProblemException e) {
      throw new IOException(e.problem().message(), e);
    } finally {
      if (!published) {
        takeBack(text);
      }
    }
  }

  private void takeBack(Text text) {
    current.remove(text);
    if (names.removeChallenge(text.name(), text.value())) {
      database
          .jdbi()
          .useHandle(h ->
              h.execute(
                  "DELETE FROM acme_record WHERE name = ? AND value = ?",
                  text.name(),
                  text.value()));
    }
  }

  /** Takes back what no order of this process waits for. */
  void takeBackLeftOver() {
    List<Text> all =
        database
            .jdbi()
            .withHandle(h ->
                h.createQuery("SELECT name, value FROM acme_record")
                    .map((rs, _) -> new Text(rs.getString("name"), rs.getString("value")))
                    .list());
    all.stream().filter(text -> !current.contains(text)).forEach(this::takeBack);
  }
}
