package dev.gatehouse.certificates.acme;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.exception.AcmeException;

/**
 * Waits for all the parts of one order together, at the pace that the authority asks for, else
 * slower and slower; counts what was slept, so that a stepping clock neither shortens nor prolongs.
 */
final class Polling {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration SLOWEST = Duration.ofSeconds(10);
  private static final Duration SHORTEST = Duration.ofMillis(50);

  private final InstantSource clock;
  private final Pause pause;
  private final Duration patience;
  private Duration left;

  Polling(Duration patience, InstantSource clock, Pause pause) {
    this.clock = clock;
    this.pause = pause;
    this.patience = patience;
    this.left = patience;
  }

  Status until(Set<Status> ends, PollableResource resource)
      throws AcmeException, InterruptedException {
    var delay = FIRST;
    while (!ends.contains(resource.getStatus())) {
      if (!left.isPositive()) {
        throw new OutOfPatience(
            "it is still '"
                + resource.getStatus().name().toLowerCase(Locale.ROOT)
                + "' after "
                + patience);
      }
      var time = shorter(delay, left);
      pause.sleep(time);
      left = left.minus(time);
      var asked = resource.fetch();
      var slower = shorter(delay.multipliedBy(2), SLOWEST);
      delay =
          asked
              .map(instant -> Duration.between(clock.instant(), instant))
              .map(wish -> wish.compareTo(SHORTEST) < 0 ? SHORTEST : wish)
              .orElse(slower);
    }
    return resource.getStatus();
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
