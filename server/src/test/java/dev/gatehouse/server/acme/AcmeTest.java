package dev.gatehouse.server.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.Mint;
import dev.gatehouse.certificates.acme.ChallengeSolver.Publication;
import dev.gatehouse.server.routing.NameServer;
import dev.gatehouse.server.routing.Names;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeTest {
  private static final URI DIRECTORY = URI.create("https://ca.test/directory");
  private static final String RECORD = "_acme-challenge.a.test.";

  @TempDir Path folder;
  private final Texts texts = new Texts();
  private final List<Duration> slept = new ArrayList<>();
  private Database database;
  private Sealer sealer;

  @BeforeEach
  void open() throws IOException {
    database = Database.open(folder.resolve("state.db"));
    sealer = Sealer.open(folder.resolve("master.key"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void keepsTheKeyOfAnAccountSealed() throws Exception {
    var key = Mint.newKey("secp256r1", new SecureRandom());
    var accounts = new Accounts(database, sealer, InstantSource.system());
    assertThat(accounts.load(DIRECTORY)).isEmpty();
    accounts.save(DIRECTORY, key);
    var kept = new Accounts(database, sealer, InstantSource.system()).load(DIRECTORY);
    assertThat(kept.orElseThrow().getPrivate()).isEqualTo(key.getPrivate());
    assertThat(kept.orElseThrow().getPublic()).isEqualTo(key.getPublic());
    assertThat(accounts.load(URI.create("https://other.test/directory"))).isEmpty();
    var secret = new String(key.getPrivate().getEncoded(), StandardCharsets.ISO_8859_1);
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().contains("state.db")).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(secret);
      }
    }
  }

  @Test
  void publishesARecordWaitsAndTakesItBack() throws Exception {
    Publication publication = proofs().records(Duration.ofSeconds(30)).publish(RECORD, "digest");
    assertThat(texts.records).containsExactly(RECORD + " digest");
    assertThat(slept).containsExactly(Duration.ofSeconds(30));
    publication.close();
    assertThat(texts.records).isEmpty();
    assertThat(written()).isZero();
  }

  @Test
  void takesBackWhatACrashLeft() throws Exception {
    var _ = proofs().records(Duration.ZERO).publish(RECORD, "old");
    DnsProofs next = proofs();
    var _ = next.records(Duration.ZERO).publish(RECORD, "current");
    next.takeBackLeftOver();
    assertThat(texts.records).containsExactly(RECORD + " current");
    assertThat(written()).isEqualTo(1);
  }

  @Test
  void remembersARecordForAsLongAsItCannotBeTakenBack() throws Exception {
    Publication publication = proofs().records(Duration.ZERO).publish(RECORD, "digest");
    texts.down = true;
    publication.close();
    assertThat(written()).isEqualTo(1);
    texts.down = false;
    proofs().takeBackLeftOver();
    assertThat(texts.records).isEmpty();
    assertThat(written()).isZero();
  }

  @Test
  void saysWhyARecordCannotBePublished() {
    texts.down = true;
    assertThatThrownBy(() -> proofs().records(Duration.ZERO).publish(RECORD, "digest"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the server is down");
  }

  @Test
  void leavesNoRecordWhenItIsInterrupted() {
    var proofs =
        new DnsProofs(
            database,
            names(),
            _ -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(() -> proofs.records(Duration.ofHours(1)).publish(RECORD, "digest"))
        .isInstanceOf(InterruptedException.class);
    assertThat(texts.records).isEmpty();
    assertThat(written()).isZero();
  }

  private DnsProofs proofs() {
    return new DnsProofs(database, names(), slept::add);
  }

  private Names names() {
    return new Names(texts, "a.test", List.of(InetAddress.getLoopbackAddress()), Runnable::run);
  }

  private int written() {
    return database
        .jdbi()
        .withHandle(h -> h.createQuery("SELECT count(*) FROM acme_record").mapTo(int.class).one());
  }

  /** Somebody else's server: it outlives us. */
  private static final class Texts implements NameServer {
    final List<String> records = new ArrayList<>();
    boolean down;

    @Override
    public void start() {}

    @Override
    public InetSocketAddress address() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void replaceAddresses(String host, List<InetAddress> addresses) {}

    @Override
    public void addText(String name, String value) throws IOException {
      refuse();
      records.add(name + " " + value);
    }

    @Override
    public void removeText(String name, String value) throws IOException {
      refuse();
      records.remove(name + " " + value);
    }

    private void refuse() throws IOException {
      if (down) {
        throw new IOException("the server is down");
      }
    }

    @Override
    public void close() {}
  }
}
