package dev.gatehouse.certificates;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** Virtual years of many certificates and few issuers; only time and the issuers are made up. */
final class Decade {
  private static final Instant BEGIN = Instant.parse("2026-11-24T00:00:00Z");
  private static final Instant END = Instant.parse("2036-11-24T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  /** For so long an issuer answers everybody or nobody. */
  private static final Duration SLOT = Duration.ofMinutes(10);

  private static final Duration OUTAGE = Duration.ofDays(7);

  /** What came back together is renewed together once or twice more, until chance has spread it. */
  private static final Duration CATCHING_UP = OUTAGE;

  private static final double FAILING = 0.2;
  private static final long SEED = 20_261_124;

  private final String title;
  private final int issuers;
  private final List<Life> lives;
  private final List<Step> steps;
  private final Instant outage = BEGIN.plus(Duration.ofDays(1_200));
  private final RenewalPolicy policy = new RenewalPolicy(new SplittableRandom(SEED));
  private final int[] renewals = new int[hour(END) + 1];
  private final boolean[] down = new boolean[slot(END) + 1];
  private long tries;
  private int expired;
  private int lost;
  private Duration longestGap = Duration.ZERO;

  /** So many certificates that live so many days each. */
  record Life(int days, int certificates) {}

  /** From {@code after} the beginning on, our clock is ahead of the world's by so much. */
  record Step(Duration after, Duration ahead) {}

  private static final class Held {
    private final Duration life;
    private Instant notBefore = BEGIN;
    private Instant notAfter = BEGIN;
    private int failures;

    /** Milliseconds by our own clock. */
    private long plan;

    private Held(Duration life) {
      this.life = life;
    }
  }

  Decade(String title, int issuers, List<Life> lives, List<Step> steps) {
    this.title = title;
    this.issuers = issuers;
    this.lives = lives;
    this.steps = steps;
  }

  Decade run() {
    drawFailures();
    var queue = new PriorityQueue<Held>(Comparator.comparingLong((Held held) -> held.plan));
    var random = new SplittableRandom(SEED);
    for (var life : lives) {
      for (int i = 0; i < life.certificates(); i++) {
        var held = new Held(Duration.ofDays(life.days()));
        sign(held, BEGIN.minusMillis(random.nextLong(held.life.toMillis() / 3)));
        queue.add(held);
      }
    }
    var from = BEGIN;
    var ahead = Duration.ZERO;
    for (var step : steps) {
      var until = BEGIN.plus(step.after());
      run(queue, from, until, ahead);
      from = until;
      ahead = step.ahead();
    }
    run(queue, from, END, ahead);
    print();
    return this;
  }

  /** Certificates that were over before they were renewed. */
  int expired() {
    return expired;
  }

  /** Those of them whose issuer answered in the last third of their life. */
  int lost() {
    return lost;
  }

  double mean() {
    long sum = 0;
    for (int count : renewals) {
      sum += count;
    }
    return (double) sum / renewals.length;
  }

  /** The most renewals in an hour, those after an outage left out. */
  double peak() {
    return peak(false);
  }

  double peakAfterOutages() {
    return peak(true);
  }

  private void run(PriorityQueue<Held> queue, Instant from, Instant until, Duration ahead) {
    for (var held = queue.peek(); held != null; held = queue.peek()) {
      var due = Instant.ofEpochMilli(held.plan).minus(ahead);
      var now = due.isBefore(from) ? from : due;
      if (!now.isBefore(until)) {
        return;
      }
      queue.poll();
      renew(held, now, ahead);
      queue.add(held);
    }
  }

  private void renew(Held held, Instant now, Duration ahead) {
    tries++;
    if (answers(now)) {
      renewals[hour(now)]++;
      if (now.isAfter(held.notAfter)) {
        count(held, now);
      }
      sign(held, now);
    } else {
      held.failures++;
      held.plan = RenewalPolicy.retry(held.failures, now.plus(ahead), held.notAfter).toEpochMilli();
    }
  }

  private void sign(Held held, Instant now) {
    held.notBefore = now.minus(HOUR);
    held.notAfter = held.notBefore.plus(held.life);
    held.failures = 0;
    held.plan = policy.renewal(held.notBefore, held.notAfter).toEpochMilli();
  }

  private void count(Held held, Instant now) {
    expired++;
    var gap = Duration.between(held.notAfter, now);
    longestGap = gap.compareTo(longestGap) > 0 ? gap : longestGap;
    var third = held.notAfter.minus(held.life.dividedBy(3));
    for (var at = third; at.isBefore(held.notAfter); at = at.plus(SLOT)) {
      if (answers(at)) {
        lost++;
        return;
      }
    }
  }

  /** An issuer that is down is down for everybody, and for a while. */
  private void drawFailures() {
    var random = new SplittableRandom(SEED + 1);
    for (int issuer = 0; issuer < issuers; issuer++) {
      for (int slot = 0; slot < down.length; slot++) {
        var out = issuer == 0 && slot >= slot(outage) && slot < slot(outage.plus(OUTAGE));
        var bad = random.nextDouble() < FAILING || out;
        down[slot] = bad && (issuer == 0 || down[slot]);
      }
    }
  }

  private boolean answers(Instant now) {
    return !down[slot(now)];
  }

  private int peak(boolean after) {
    var first = hour(outage);
    var last = hour(outage.plus(OUTAGE).plus(CATCHING_UP));
    int peak = 0;
    for (int i = 0; i < renewals.length; i++) {
      if ((i >= first && i <= last) == after) {
        peak = Math.max(peak, renewals[i]);
      }
    }
    return peak;
  }

  private static int hour(Instant instant) {
    return (int) ((instant.getEpochSecond() - BEGIN.getEpochSecond()) / HOUR.toSeconds());
  }

  private static int slot(Instant instant) {
    return (int) ((instant.getEpochSecond() - BEGIN.getEpochSecond()) / SLOT.toSeconds());
  }

  private void print() {
    System.out.printf(
        "decade | %-20s | %,10d tries | %6.1f renewals an hour | peak %4.0f (%.1f times), after the"
            + " outage %4.0f | expired %5d, of these avoidable %d | longest gap %s%n",
        title,
        tries,
        mean(),
        peak(),
        peak() / mean(),
        peakAfterOutages(),
        expired,
        lost,
        longestGap);
  }
}
