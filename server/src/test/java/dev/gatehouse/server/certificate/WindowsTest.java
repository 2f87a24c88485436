package dev.gatehouse.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.RenewalWindow;
import dev.gatehouse.server.compute.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WindowsTest {
  private static final String HOST = "a.local.gatehouse.test";
  private static final Duration SIX_HOURS = Duration.ofHours(6);

  @TempDir Path folder;
  private final Platform.Now clock = new Platform.Now();
  private final ScriptedIssuer far = new ScriptedIssuer("far", clock);
  private Platform platform;

  @BeforeEach
  void open() throws Exception {
    platform = new Platform(folder, clock, List.of(far.listed(Duration.ofSeconds(20))));
    platform.certificates.ensureIssued("o", HOST);
  }

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void movesTheRenewalIntoTheWindowAndAsksAgainNotBeforeItsTime() throws Exception {
    window(Duration.ofDays(20), Duration.ofDays(22));
    Instant again = ask().orElseThrow();
    assertThat(Duration.between(clock.instant(), again))
        .isBetween(SIX_HOURS, SIX_HOURS.plusMinutes(36));
    Instant planned = stored().nextAttempt().orElseThrow();
    assertThat(planned)
        .isBetween(
            clock.instant().plus(Duration.ofDays(20)), clock.instant().plus(Duration.ofDays(22)));
    assertThat(platform.certificates.standing("o").orElseThrow().window())
        .hasValueSatisfying(w -> assertThat(planned).isBetween(w.start(), w.end()));
    clock.pass(Duration.between(clock.instant(), planned));
    assertThat(platform.certificates.ring(stored().id())).isEmpty();
    assertThat(far.asked).hasSize(2);
  }

  @Test
  void keepsTheInstantForAsLongAsTheWindowStays() throws Exception {
    window(Duration.ofDays(20), Duration.ofDays(40));
    ask();
    Instant planned = stored().nextAttempt().orElseThrow();
    for (int i = 0; i < 5; i++) {
      ask();
    }
    assertThat(stored().nextAttempt()).contains(planned);
    window(Duration.ofDays(10), Duration.ofDays(11));
    ask();
    assertThat(stored().nextAttempt().orElseThrow()).isBefore(planned);
  }

  @Test
  void keepsTheOldWindowWhileTheIssuerIsDown() throws Exception {
    window(Duration.ofDays(20), Duration.ofDays(22));
    ask();
    var planned = stored().nextAttempt();
    far.question =
        () -> {
          throw IssuerFault.busy("'far' asks to wait.", Duration.ofHours(2));
        };
    assertThat(Duration.between(clock.instant(), ask().orElseThrow()))
        .isBetween(Duration.ofHours(2), Duration.ofHours(2).plusMinutes(12));
    far.question =
        () -> {
          throw IssuerFault.unavailable("'far' is down.", new IOException());
        };
    assertThat(Duration.between(clock.instant(), ask().orElseThrow()))
        .isBetween(Duration.ofHours(1), Duration.ofMinutes(66));
    assertThat(stored().nextAttempt()).isEqualTo(planned);
    assertThat(stored().lastError()).isEmpty();
  }

  @Test
  void leavesThePlanAsItIsWhereThereAreNoWindows() throws Exception {
    var planned = stored().nextAttempt();
    assertThat(Duration.between(clock.instant(), ask().orElseThrow()))
        .isBetween(Duration.ofHours(12), Duration.ofHours(14));
    assertThat(stored().nextAttempt()).isEqualTo(planned);
    assertThat(platform.certificates.standing("o").orElseThrow().window()).isEmpty();
  }

  @Test
  void renewsAtOnceWhenTheWindowIsOverButNotAgainAndAgain() throws Exception {
    window(Duration.ofHours(-2), Duration.ofHours(-1));
    Instant begun = clock.instant();
    ask();
    Stored first = stored();
    assertThat(first.nextAttempt().orElseThrow()).isBefore(clock.instant());
    assertThat(platform.certificates.ring(first.id())).isEmpty();
    assertThat(stored().id()).isNotEqualTo(first.id());
    ask();
    assertThat(stored().nextAttempt().orElseThrow()).isEqualTo(begun.plus(SIX_HOURS));
  }

  @Test
  void neitherShortensNorProlongsThePauseAfterAFailure() throws Exception {
    far.down();
    platform.issuer = far;
    clock.pass(Duration.ofDays(61));
    var retry = platform.certificates.ring(stored().id());
    window(Duration.ofHours(-2), Duration.ofHours(-1));
    ask();
    assertThat(stored().nextAttempt()).isEqualTo(retry);
    window(Duration.ofDays(10), Duration.ofDays(11));
    ask();
    assertThat(stored().nextAttempt()).isEqualTo(retry);
  }

  @Test
  void asksNobodyAboutACertificateThatIsGone() throws Exception {
    String id = stored().id();
    platform.certificates.remove("o");
    assertThat(platform.certificates.ask(id)).isEmpty();
  }

  private void window(Duration from, Duration until) {
    var window =
        new RenewalWindow(clock.instant().plus(from), clock.instant().plus(until), SIX_HOURS);
    far.question = () -> Optional.of(window);
  }

  private Optional<Instant> ask() throws InterruptedException {
    return platform.certificates.ask(stored().id());
  }

  private Stored stored() {
    return platform.store.inService("o").orElseThrow();
  }
}
