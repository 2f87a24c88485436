package dev.gatehouse.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.compute.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalsTest {
  private static final String HOST = "a.local.gatehouse.test";

  @TempDir Path folder;
  private final Platform.Now clock = new Platform.Now();
  private final ScriptedIssuer far = new ScriptedIssuer("far", clock);
  private Platform platform;

  @BeforeEach
  void open() throws IOException {
    platform = new Platform(folder, clock, List.of(far.listed(Duration.ofSeconds(20))));
  }

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void renewsSixDaysInTheMiddleAndNamesWhatIsReplaced() throws Exception {
    far.life = Duration.ofDays(6);
    platform.certificates.ensureIssued("o", HOST);
    Stored first = stored();
    assertThat(first.origin()).isEqualTo(new Origin.Issued("far", "short"));
    assertThat(Duration.between(first.facts().notBefore(), first.nextAttempt().orElseThrow()))
        .isBetween(Duration.ofDays(2), Duration.ofDays(3));
    clock.pass(Duration.ofDays(3));
    assertThat(platform.certificates.ring(first.id())).isEmpty();
    assertThat(far.asked).containsExactly(HOST, HOST + " for " + first.facts().serial());
    assertThat(stored().pair().key()).isNotEqualTo(first.pair().key());
  }

  @Test
  void triesAgainLaterAndLaterButNeverTooLateAndKeepsEachCause() throws Exception {
    platform.issuer = far;
    platform.certificates.ensureIssued("o", HOST);
    far.down();
    clock.pass(Duration.ofDays(61));
    var waits = new ArrayList<Duration>();
    for (int i = 0; i < 4; i++) {
      Instant next = platform.certificates.ring(stored().id()).orElseThrow();
      waits.add(Duration.between(clock.instant(), next));
      clock.pass(waits.getLast());
    }
    assertThat(waits)
        .containsExactly(
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            Duration.ofMinutes(100),
            Duration.ofDays(1));
    assertThat(stored().lastError().orElseThrow()).contains("'far' could not be reached");
    assertThat(stored().failures()).isEqualTo(4);
    assertThat(platform.alerts).hasSize(4).allMatch(a -> a.kind() == Alert.Kind.RENEWAL_FAILED);
    clock.pass(Duration.between(clock.instant(), stored().facts().notAfter()).minusHours(1));
    Instant last = platform.certificates.ring(stored().id()).orElseThrow();
    assertThat(last).isBefore(stored().facts().notAfter());
  }

  @Test
  void asksTheNextIssuerAtOnceAndTheFirstNotBeforeItsTime() throws Exception {
    far.busy(Duration.ofHours(3));
    platform.certificates.ensureIssued("o", HOST);
    assertThat(stored().origin()).isEqualTo(new Origin.Issued("embedded", ""));
    assertThat(stored().lastError().orElseThrow()).contains("'far' has had enough");
    assertThat(platform.alerts)
        .singleElement()
        .matches(alert -> alert.kind() == Alert.Kind.OTHER_ISSUER)
        .matches(alert -> alert.message().contains("from 'embedded': 'far' has had enough"));
    far.up();
    platform.certificates.renew("o");
    assertThat(far.asked).hasSize(1);
    assertThat(stored().lastError().orElseThrow()).contains("asked not to be asked before");
    restart();
    platform.certificates.renew("o");
    assertThat(far.asked).hasSize(1);
    clock.pass(Duration.ofHours(3));
    platform.certificates.renew("o");
    assertThat(far.asked).hasSize(2);
    assertThat(stored().origin()).isEqualTo(new Origin.Issued("far", "short"));
    assertThat(stored().lastError()).isEmpty();
    assertThat(platform.certificates.standing("o").orElseThrow().history())
        .extracting(past -> past.origin().issued().orElseThrow().issuer())
        .containsExactly("embedded", "embedded", "embedded", "far");
  }

  @Test
  void waitsWithTheNextTryUntilAnIssuerMayBeAsked() throws Exception {
    platform.issuer = far;
    platform.certificates.ensureIssued("o", HOST);
    clock.pass(Duration.ofDays(61));
    far.busy(Duration.ofHours(5));
    assertThat(platform.certificates.ring(stored().id()))
        .contains(clock.instant().plus(Duration.ofHours(5)));
    assertThat(far.asked).hasSize(3);
  }

  @Test
  void comesBackToTheFirstIssuerOnceItIsThereAgain() throws Exception {
    far.down();
    platform.certificates.ensureIssued("o", HOST);
    Stored standIn = stored();
    Instant soon = standIn.nextAttempt().orElseThrow();
    assertThat(Duration.between(clock.instant(), soon))
        .isBetween(Duration.ofMinutes(60), Duration.ofMinutes(66));
    clock.pass(Duration.ofMinutes(70));
    Instant next = platform.certificates.ring(standIn.id()).orElseThrow();
    assertThat(Duration.between(clock.instant(), next))
        .isBetween(Duration.ofHours(24), Duration.ofHours(27));
    assertThat(stored().id()).isEqualTo(standIn.id());
    assertThat(stored().failures()).isZero();
    assertThat(platform.alerts).hasSize(1);
    far.up();
    clock.pass(Duration.ofHours(27));
    assertThat(platform.certificates.ring(standIn.id())).isEmpty();
    assertThat(stored().origin()).isEqualTo(new Origin.Issued("far", "short"));
    assertThat(shownSerial()).isEqualTo(stored().facts().serial());
  }

  @Test
  void leavesAnIssuerThatHangs() throws Exception {
    close();
    var gone = new CountDownLatch(1);
    platform = new Platform(folder, clock, List.of(far.listed(Duration.ofMillis(100))));
    far.answer =
        () -> {
          try {
            new CountDownLatch(1).await();
          } finally {
            gone.countDown();
          }
        };
    platform.certificates.ensureIssued("o", HOST);
    assertThat(stored().origin()).isEqualTo(new Origin.Issued("embedded", ""));
    assertThat(stored().lastError().orElseThrow()).contains("'far' was left").contains("PT0.1S");
    gone.await();
  }

  @Test
  void worksForOthersWhileAnIssuerIsSlowAndRenewsOnceForAllWhoAsk() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    var begun = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    far.answer =
        () -> {
          begun.countDown();
          go.await();
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> renew("o"));
      begun.await();
      var second = threads.submit(() -> renew("o"));
      var pair = platform.other().issue(List.of("www.contoso.test"), Duration.ofDays(30));
      platform.certificates.installBrought(
          "other",
          platform.certificates.check(
              platform.workspace.id(),
              new BroughtPem("www.contoso.test", Pem.of(pair.chain()), Pem.of(pair.key()), "")));
      platform.certificates.remove("other");
      assertThat(first.isDone()).isFalse();
      go.countDown();
      first.get();
      second.get();
    }
    assertThat(far.asked).hasSize(2);
    assertThat(platform.store.history("o")).hasSize(2);
  }

  @Test
  void dropsWhatItsOwnerReplacedInTheMeantime() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    var begun = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    far.answer =
        () -> {
          begun.countDown();
          go.await();
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var renewal = threads.submit(() -> renew("o"));
      begun.await();
      platform.certificates.remove("o");
      go.countDown();
      renewal.get();
    }
    assertThat(platform.certificates.of("o")).isEmpty();
    assertThat(platform.gateway.get().certificates()).doesNotContainKey(HOST);
  }

  @Test
  void isNoFailureWhenTheProcessStops() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    clock.pass(Duration.ofDays(61));
    var begun = new CountDownLatch(1);
    far.answer =
        () -> {
          begun.countDown();
          new CountDownLatch(1).await();
        };
    var thrown = new AtomicReference<Exception>();
    var working =
        Thread.startVirtualThread(() -> {
          try {
            platform.certificates.ring(stored().id());
          } catch (Exception e) {
            thrown.set(e);
          }
        });
    begun.await();
    working.interrupt();
    working.join();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(stored().failures()).isZero();
    assertThat(platform.alerts).isEmpty();
  }

  @Test
  void tellsWhyARenewalOnDemandFailedAndKeepsThePlan() throws Exception {
    platform.issuer = far;
    platform.certificates.ensureIssued("o", HOST);
    Stored before = stored();
    far.down();
    assertThatThrownBy(() -> platform.certificates.renew("o"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("'far' could not be reached");
    assertThat(stored().lastError().orElseThrow()).contains("could not be reached");
    assertThat(stored().nextAttempt()).isEqualTo(before.nextAttempt());
    assertThat(stored().failures()).isZero();
    assertThat(platform.alerts)
        .singleElement()
        .matches(alert -> alert.kind() == Alert.Kind.RENEWAL_FAILED);
  }

  @Test
  void letsANewNameLeadHereWhileItsIssuerLooks() throws Exception {
    var seen = new ArrayList<Boolean>();
    far.answer = () -> seen.add(platform.dns.zone().recordsAt(HOST).isEmpty());
    platform.certificates.ensureIssued("o", HOST);
    assertThat(seen).containsExactly(false);
    far.down();
    platform.issuer = far;
    assertThatThrownBy(() -> platform.certificates.ensureIssued("p", "b.local.gatehouse.test"))
        .isInstanceOf(ProblemException.class);
    assertThat(platform.dns.zone().recordsAt("b.local.gatehouse.test")).isEmpty();
    assertThat(platform.dns.zone().recordsAt(HOST)).isNotEmpty();
  }

  private boolean renew(String owner) throws InterruptedException {
    platform.certificates.renew(owner);
    return true;
  }

  private void restart() throws IOException {
    platform.close();
    platform = new Platform(folder, clock, List.of(far.listed(Duration.ofSeconds(20))));
  }

  private Stored stored() {
    return platform.store.inService("o").orElseThrow();
  }

  private String shownSerial() {
    return platform.gateway.get().certificates().get(HOST).leaf().getSerialNumber().toString(16);
  }
}
