package dev.gatehouse.server.service.ramp;

import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.service.definition.AksEndpoint;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.definition.Part;
import dev.gatehouse.server.service.definition.Trial;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The roll-outs that are under way: begins them when a version is deployed, moves them on from step
 * to step, and takes the traffic back. A service has one at a time.
 */
public final class Ramps {
  private static final Logger log = LoggerFactory.getLogger(Ramps.class);

  /** A step that is so many times as long as planned, for want of requests, is worth an alert. */
  private static final int PATIENCE = 10;

  private final RampStore store;
  private final InstantSource clock;
  private final Consumer<Alert> alerts;
  private final ReentrantLock moving = new ReentrantLock();
  private final Map<String, UnderWay> underWay = new ConcurrentHashMap<>();

  /**
   * A roll-out and what it is judged by.
   *
   * @param basis the definition's own traffic; another one means that somebody has changed it
   * @param before what the version had done when the step began
   * @param since when the step began in this process, which forgets its counts when it ends
   * @param watched only while the service runs
   */
  private record UnderWay(
      Ramp ramp,
      Basis basis,
      Trial.Plan plan,
      Window before,
      Instant since,
      boolean watched,
      boolean waits) {
    UnderWay step(Ramp next, Window counted) {
      return new UnderWay(next, basis, plan, counted, next.since(), true, false);
    }

    int percent() {
      return plan.steps().get(Math.min(ramp.step(), plan.steps().size() - 1));
    }
  }

  private record Basis(String fingerprint, Map<String, Integer> shares) {
    static Basis of(Definition definition, Part part) {
      var shares = Shares.of(definition);
      shares.values().removeIf(share -> share == 0);
      return new Basis(Ramps.fingerprint(definition, part), Map.copyOf(shares));
    }
  }

  /**
   * A roll-out as it is shown.
   *
   * @param requests and the two others since the step began, 0 when it is over
   */
  public record Shown(Ramp ramp, List<Integer> steps, long requests, long errors, long slow) {}

  public Ramps(RampStore store, InstantSource clock, Consumer<Alert> alerts) {
    this.store = store;
    this.clock = clock;
    this.alerts = alerts;
  }

  /** Takes up what was under way when the last process ended; its step begins anew once it runs. */
  public void resume(String serviceId, Definition deployed) {
    for (Ramp ramp : store.of(serviceId).values()) {
      Optional<Part> part = part(deployed, ramp.version());
      if (ramp.state() == Ramp.State.ROLLING && part.isPresent()) {
        deployed
            .trial(ramp.version())
            .rollout()
            .ifPresent(plan -> {
              var basis = Basis.of(deployed, part.get());
              underWay.put(
                  serviceId,
                  new UnderWay(ramp, basis, plan, Window.NOTHING, clock.instant(), false, false));
            });
      }
    }
  }

  /** The traffic of each version: the definition's, but for a roll-out that is under way for it. */
  public Map<String, Integer> shares(String serviceId, Definition definition) {
    UnderWay now = underWay.get(serviceId);
    return now != null && fits(now, definition)
        ? Shares.with(definition, now.ramp().version(), now.percent())
        : Shares.of(definition);
  }

  private static boolean fits(UnderWay now, Definition definition) {
    return part(definition, now.ramp().version())
        .filter(part -> Basis.of(definition, part).equals(now.basis()))
        .isPresent();
  }

  /**
   * What has been deployed runs: begins the roll-out of a version that is new or has changed, and
   * ends one that an update has overruled.
   *
   * @param overruled whether the update named the traffic, be it as it was
   */
  public void deployed(Site site, String serviceId, AksEndpoint deployed, boolean overruled) {
    moving.lock();
    try {
      Map<String, Ramp> known = store.of(serviceId);
      UnderWay now = underWay.get(serviceId);
      List<Part> fresh = fresh(deployed, known);
      if (now != null && (overruled || !fresh.isEmpty() || !fits(now, deployed))) {
        String why = fresh.isEmpty() ? "an update set the traffic" : "another roll-out began";
        end(serviceId, now, Ramp.State.ENDED, why);
      } else if (now != null && !now.watched()) {
        restart(site, serviceId, now);
      }
      fresh.forEach(part -> begin(site, serviceId, deployed, part));
      known.keySet().stream()
          .filter(version -> part(deployed, version).isEmpty())
          .forEach(version -> store.remove(serviceId, version));
      if (overruled || !fresh.isEmpty()) {
        site.publish(serviceId);
      }
    } finally {
      moving.unlock();
    }
  }

  /** Those whose roll-out has not begun; the last of them is the one that may. */
  private static List<Part> fresh(AksEndpoint deployed, Map<String, Ramp> known) {
    var fresh = new ArrayList<Part>();
    for (Part part : deployed.parts()) {
      Ramp ramp = known.get(part.version());
      if (deployed.trial(part.version()).rollout().isPresent()
          && (ramp == null || !ramp.fingerprint().equals(fingerprint(deployed, part)))) {
        fresh.add(part);
      }
    }
    return fresh;
  }

  private void begin(Site site, String serviceId, AksEndpoint deployed, Part part) {
    Instant at = clock.instant();
    var ramp = Ramp.begin(part.version(), fingerprint(deployed, part), at);
    UnderWay other = underWay.get(serviceId);
    if (deployed.isDefault(part.version()) || part.share() == 100) {
      store.put(
          serviceId, ramp.over(Ramp.State.ENDED, at, "the default version is not rolled out"));
      return;
    }
    if (other != null) {
      end(serviceId, other, Ramp.State.ENDED, "another roll-out began");
    }
    store.put(serviceId, ramp);
    var plan = deployed.trial(part.version()).rollout().orElseThrow();
    underWay.put(
        serviceId,
        new UnderWay(
            ramp,
            Basis.of(deployed, part),
            plan,
            counted(site, serviceId, part.version()),
            at,
            true,
            false));
    log.info(
        "{} {}: the roll-out begins with {} %",
        deployed.name().value(), part.version(), plan.steps().getFirst());
  }

  private void restart(Site site, String serviceId, UnderWay now) {
    var ramp = now.ramp().at(now.ramp().step(), clock.instant());
    store.put(serviceId, ramp);
    underWay.put(serviceId, now.step(ramp, counted(site, serviceId, ramp.version())));
  }

  /** Judges each roll-out that is under way by what it has done; called every now and then. */
  public void look(Site site) {
    for (String serviceId : underWay.keySet()) {
      moving.lock();
      try {
        UnderWay now = underWay.get(serviceId);
        Optional<AksEndpoint> deployed = site.running(serviceId);
        if (now != null && now.watched() && deployed.isPresent() && fits(now, deployed.get())) {
          judge(site, serviceId, now, deployed.get());
        }
      } finally {
        moving.unlock();
      }
    }
  }

  private void judge(Site site, String serviceId, UnderWay now, AksEndpoint deployed) {
    Window all = counted(site, serviceId, now.ramp().version());
    Instant at = clock.instant();
    Duration inStep = Duration.between(now.since(), at);
    String service = deployed.name().value();
    String version = now.ramp().version();
    switch (Verdict.of(now.plan(), inStep, all.since(now.before()))) {
      case Verdict.Stay _ -> {}
      case Verdict.Wait _ -> {
        if (!now.waits() && inStep.compareTo(now.plan().interval().multipliedBy(PATIENCE)) > 0) {
          underWay.put(serviceId, waiting(now));
          tell(
              Alert.Kind.ROLLOUT_WAITS,
              service,
              "The roll-out of version %s waits at %d %%: it has had fewer than %d requests in %d s."
                  .formatted(version, now.percent(), now.plan().minRequests(), inStep.toSeconds()));
        }
      }
      case Verdict.Pass _ -> {
        int next = now.ramp().step() + 1;
        if (next < now.plan().steps().size()) {
          Ramp ramp = now.ramp().at(next, at);
          store.put(serviceId, ramp);
          underWay.put(serviceId, now.step(ramp, all));
          site.publish(serviceId);
          log.info(
              "{} {}: the roll-out goes on with {} %",
              service, version, now.plan().steps().get(next));
        } else if (site.adopt(serviceId, deployed, Shares.with(deployed, version, now.percent()))) {
          end(serviceId, now, Ramp.State.COMPLETED, "");
          site.publish(serviceId);
          log.info("{} {}: the roll-out is complete", service, version);
        }
      }
      case Verdict.Return(String why) -> {
        end(serviceId, now, Ramp.State.RETURNED, why);
        site.publish(serviceId);
        tell(
            Alert.Kind.ROLLOUT_RETURNED,
            service,
            "Version %s has lost the %d %% of the traffic that its roll-out gave it: %s."
                .formatted(version, now.percent(), why));
      }
    }
  }

  private static UnderWay waiting(UnderWay now) {
    return new UnderWay(now.ramp(), now.basis(), now.plan(), now.before(), now.since(), true, true);
  }

  private void tell(Alert.Kind kind, String service, String message) {
    alerts.accept(new Alert(clock.instant(), kind, service, message));
  }

  private void end(String serviceId, UnderWay now, Ramp.State how, String why) {
    underWay.remove(serviceId);
    store.put(serviceId, now.ramp().over(how, clock.instant(), why));
  }

  /** The service is gone. */
  public void forget(String serviceId) {
    underWay.remove(serviceId);
  }

  /** The last roll-out of each version, by its name. */
  public Map<String, Shown> of(Site site, String serviceId, AksEndpoint definition) {
    var shown = new LinkedHashMap<String, Shown>();
    UnderWay now = underWay.get(serviceId);
    store
        .of(serviceId)
        .forEach((version, ramp) -> {
          List<Integer> steps =
              definition.trial(version).rollout().map(Trial.Plan::steps).orElse(List.of());
          Window seen =
              now != null && now.ramp().version().equals(version)
                  ? counted(site, serviceId, version).since(now.before())
                  : Window.NOTHING;
          shown.put(version, new Shown(ramp, steps, seen.requests(), seen.errors(), seen.slow()));
        });
    return shown;
  }

  private static Window counted(Site site, String serviceId, String version) {
    var counts = site.counts(serviceId).get(version);
    return counts == null ? Window.NOTHING : Window.of(counts);
  }

  private static Optional<Part> part(Definition definition, String version) {
    return definition.parts().stream().filter(part -> part.version().equals(version)).findFirst();
  }

  /** Of models, code and environment, and of the plan. */
  private static String fingerprint(Definition definition, Part part) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(part.image().document().toString().getBytes(StandardCharsets.UTF_8));
      digest.update(
          definition.trial(part.version()).rollout().toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: every Java has it", e);
    }
  }
}
