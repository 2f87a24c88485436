package dev.gatehouse.server.service;

import dev.gatehouse.gateway.Load;
import dev.gatehouse.server.service.definition.Scaling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * One service under a recorded load by a virtual clock: requests queue as in the gateway, the
 * policy looks ten times a second as in the server, and replicas take their time to start.
 */
final class ScalingSimulation {
  private static final double LOOK = 0.1;
  static final double START = 1.0;
  private static final double QUEUE_WAIT = 0.5;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final Scaling scaling;
  private final ScalingPolicy policy = new ScalingPolicy(BEGIN);
  private final PriorityQueue<Double> ends = new PriorityQueue<>();
  private final Deque<double[]> waiting = new ArrayDeque<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<double[]> looks = new ArrayList<>();
  private int replicas;
  private int starting;
  private double ready = Double.POSITIVE_INFINITY;
  private int served;
  private int refused;
  private double busySeconds;
  private double replicaSeconds;

  /** The number of replicas from a time on, in seconds. */
  record Change(double at, int from, int to) {}

  /** A request: when it comes and how long it takes, in seconds. */
  record Arrival(double at, double takes) {}

  /**
   * What came of it.
   *
   * @param utilisation busy replicas over those that ran, over the whole time
   * @param flaps times that a replica was given up and wanted again within a minute
   */
  record Result(
      String name,
      int requests,
      int refused,
      double utilisation,
      double hours,
      List<Change> changes,
      List<double[]> looks) {
    double refusedPercent() {
      return 100.0 * refused / requests;
    }

    long flaps() {
      long flaps = 0;
      for (int i = 1; i < changes.size(); i++) {
        Change before = changes.get(i - 1);
        Change now = changes.get(i);
        if (before.to() < before.from() && now.to() > now.from() && now.at() - before.at() < 60) {
          flaps++;
        }
      }
      return flaps;
    }

    int least() {
      return looks.stream().mapToInt(look -> (int) look[1]).min().orElse(0);
    }

    int most() {
      return looks.stream().mapToInt(look -> (int) look[1]).max().orElse(0);
    }

    /**
     * What the rule aims at: the busy share of the replicas in the busiest second of a minute, on
     * average over the minutes in which their number was free to move.
     */
    double busiest() {
      double sum = 0;
      int minutes = 0;
      for (int minute = 0; (minute + 1) * 600 <= looks.size(); minute++) {
        var looked = looks.subList(minute * 600, (minute + 1) * 600);
        if (looked.stream().anyMatch(look -> look[1] == 1 || look[1] == 10)) {
          continue;
        }
        double most = 0;
        for (int second = 0; second < 60; second++) {
          most =
              Math.max(
                  most,
                  looked.subList(second * 10, second * 10 + 10).stream()
                      .mapToDouble(look -> look[2])
                      .average()
                      .orElse(0));
        }
        sum += most;
        minutes++;
      }
      return sum / minutes;
    }

    /** Seconds after that moment at which so many replicas run at the least. */
    double reaches(int wanted, double from) {
      return looks.stream()
          .filter(look -> look[0] >= from && look[1] >= wanted)
          .mapToDouble(look -> look[0] - from)
          .findFirst()
          .orElse(Double.POSITIVE_INFINITY);
    }

    /** Seconds after that moment at which so many replicas run at the most. */
    double falls(int wanted, double from) {
      return looks.stream()
          .filter(look -> look[0] >= from && look[1] <= wanted)
          .mapToDouble(look -> look[0] - from)
          .findFirst()
          .orElse(Double.POSITIVE_INFINITY);
    }

    String row() {
      return "%-9s %8d %9.3f %11.1f %11.1f %8d %6d %5d %8d %6d"
          .formatted(
              name,
              requests,
              refusedPercent(),
              100 * utilisation,
              100 * busiest(),
              Math.round(hours * 60),
              least(),
              most(),
              changes.size(),
              flaps());
    }
  }

  static final String HEADER =
      "load      requests refused %  utilised %   busiest %  minutes  least  most  changes  flaps";

  private ScalingSimulation(Scaling scaling) {
    this.scaling = scaling;
    this.replicas = scaling.least();
  }

  static Result replay(String name, Scaling scaling) {
    List<Arrival> arrivals = recorded(name);
    var simulation = new ScalingSimulation(scaling);
    return simulation.run(name, arrivals);
  }

  /** Requests come at random within their step; times scatter as those of a model do. */
  private static List<Arrival> recorded(String name) {
    List<String> lines = lines("/load/" + name + ".csv");
    double step = Double.parseDouble(lines.getFirst().substring("step_seconds=".length()));
    var random = new Random(7);
    var arrivals = new ArrayList<Arrival>();
    for (int i = 1; i < lines.size(); i++) {
      String[] fields = lines.get(i).split(",");
      double mean = Integer.parseInt(fields[1]) / 1000.0;
      for (int n = Integer.parseInt(fields[0]); n > 0; n--) {
        double takes = mean * Math.exp(0.4 * random.nextGaussian() - 0.08);
        arrivals.add(new Arrival((i - 1 + random.nextDouble()) * step, takes));
      }
    }
    arrivals.sort(java.util.Comparator.comparingDouble(Arrival::at));
    return arrivals;
  }

  private static List<String> lines(String resource) {
    try (var in = ScalingSimulation.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result run(String name, List<Arrival> arrivals) {
    double end = arrivals.getLast().at();
    int next = 0;
    for (long look = 1; look * LOOK <= end; look++) {
      double now = look * LOOK;
      while (next < arrivals.size() && arrivals.get(next).at() <= now) {
        Arrival arrival = arrivals.get(next++);
        finish(arrival.at());
        waiting.add(new double[] {arrival.at(), arrival.takes()});
        serve(arrival.at());
      }
      finish(now);
      look(now);
    }
    double hours = end / 3600;
    return new Result(
        name,
        served + refused,
        refused,
        busySeconds / replicaSeconds,
        hours,
        List.copyOf(changes),
        List.copyOf(looks));
  }

  /** Lets replicas that end their work until then take the next request. */
  private void finish(double until) {
    while (!ends.isEmpty() && ends.peek() <= until) {
      double at = ends.remove();
      serve(at);
    }
    giveUp(until);
  }

  private void serve(double now) {
    giveUp(now);
    while (!waiting.isEmpty() && ends.size() < replicas) {
      double takes = waiting.remove()[1];
      ends.add(now + takes);
      busySeconds += takes;
      served++;
    }
  }

  private void giveUp(double now) {
    while (!waiting.isEmpty() && now - waiting.peek()[0] > QUEUE_WAIT) {
      waiting.remove();
      refused++;
    }
  }

  private void look(double now) {
    if (ready <= now) {
      change(now, replicas + starting);
      ready = Double.POSITIVE_INFINITY;
      serve(now);
    }
    replicaSeconds += replicas * LOOK;
    int busy = Math.min(ends.size(), replicas);
    looks.add(new double[] {now, replicas, (double) busy / replicas});
    if (ready < Double.POSITIVE_INFINITY) {
      return;
    }
    Instant at = BEGIN.plus(Duration.ofMillis(Math.round(now * 1000)));
    int wanted = policy.decide(at, scaling, replicas, 1, new Load(busy, waiting.size()));
    if (wanted > replicas) {
      starting = wanted - replicas;
      ready = now + START;
    } else if (wanted < replicas) {
      change(now, wanted);
    }
  }

  private void change(double now, int to) {
    changes.add(new Change(now, replicas, to));
    replicas = to;
  }
}
