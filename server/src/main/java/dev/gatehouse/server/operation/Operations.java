package dev.gatehouse.server.operation;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.operation.Operation.State;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.state.Timers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Stores, runs and shows operations; at most one runs on a subject at a time. */
public final class Operations {
  private static final Logger log = LoggerFactory.getLogger(Operations.class);
  private static final String ALARM = "operation";
  private static final Duration KEPT = Duration.ofDays(30);

  private final Database database;
  private final OperationStore store;
  private final Timers timers;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Work> works = new HashMap<>();
  private final Map<String, Run> runs = new ConcurrentHashMap<>();

  public Operations(Database database, Timers timers, InstantSource clock, RandomGenerator random) {
    this.database = database;
    this.store = new OperationStore(database);
    this.timers = timers;
    this.clock = clock;
    this.random = random;
    timers.define(
        ALARM,
        id -> {
          Optional<Operation> due = store.find(id).filter(operation -> !operation.ended());
          if (due.isPresent()) {
            run(due.get());
          }
          return Optional.empty();
        });
  }

  /** Names what an operation of this kind does; only before the start. */
  public void define(String kind, Work work) {
    works.put(kind, work);
  }

  /** Takes up what the last process left unended; the timers must run. */
  public void start() {
    store.forgetEndedBefore(clock.instant().minus(KEPT));
    store.unended().forEach(id -> timers.setIfAbsent(ALARM, id, clock.instant()));
  }

  /**
   * Stores an operation and runs it at once; a 409 when another one is under way on the subject.
   */
  public Operation begin(String kind, String scope, String subject, JsonNode input) {
    Operation operation = database.jdbi().inTransaction(h -> begin(h, kind, scope, subject, input));
    launch(operation);
    return operation;
  }

  /** Stores an operation in the caller's transaction; to be launched after its commit. */
  public Operation begin(Handle handle, String kind, String scope, String subject, JsonNode input) {
    if (!works.containsKey(kind)) {
      throw new IllegalArgumentException("kind: " + kind + " (expected: one that was defined)");
    }
    for (Operation other : store.unended(handle, scope, subject)) {
      throw new ProblemException(
          new Problem.Conflict(
              "OperationInProgress",
              "Another operation (%s) is under way on '%s'; wait for it to end and try again."
                  .formatted(other.id(), subject)));
    }
    byte[] id = new byte[16];
    random.nextBytes(id);
    var operation =
        new Operation(
            HexFormat.of().formatHex(id),
            kind,
            scope,
            subject,
            input,
            new State.Waiting(),
            clock.instant());
    store.add(handle, operation);
    return operation;
  }

  /**
   * Ends operations of these kinds on the subject, in the transaction that begins the one in their
   * place: that one runs as soon as what they were doing has stopped.
   */
  public void supersede(Handle handle, String scope, String subject, Set<String> kinds) {
    for (Operation other : store.unended(handle, scope, subject)) {
      if (kinds.contains(other.kind())) {
        store.update(
            handle,
            other.id(),
            new State.Failed(
                "OperationSuperseded",
                "A later request for '%s' took the place of this operation.".formatted(subject),
                clock.instant()));
      }
    }
  }

  /** Runs an operation that has been stored; what it superseded is interrupted. */
  public void launch(Operation operation) {
    runs.values().stream()
        .filter(run -> run.of(operation))
        .filter(run -> store.find(run.id()).filter(Operation::ended).isPresent())
        .forEach(Run::interrupt);
    timers.set(ALARM, operation.id(), clock.instant());
  }

  public Optional<Operation> find(String id) {
    return store.find(id);
  }

  /** The one that is under way on the subject. */
  public Optional<Operation> underWay(String scope, String subject) {
    return database.jdbi().withHandle(h -> store.unended(h, scope, subject).stream().findFirst());
  }

  public List<LogLine> log(String id) {
    return store.log(id);
  }

  private void run(Operation operation) throws InterruptedException {
    var run = new Run(operation, Thread.currentThread());
    List<Run> before = runs.values().stream().filter(other -> other.of(operation)).toList();
    runs.put(operation.id(), run);
    try {
      for (Run other : before) {
        other.await();
      }
      // It may have been superseded before it was known to run.
      if (store.find(operation.id()).filter(o -> !o.ended()).isPresent()) {
        work(operation, run);
      }
    } catch (InterruptedException e) {
      if (!run.interrupted()) {
        throw e;
      }
    } finally {
      runs.remove(operation.id());
      run.end();
    }
  }

  private void work(Operation operation, Run run) {
    Work work = works.get(operation.kind());
    if (work == null) {
      fail(
          operation,
          "UnknownOperation",
          "This Gatehouse does not know operations of the kind " + operation.kind());
      return;
    }
    store.update(operation.id(), new State.Running());
    try {
      work.run(operation, line -> store.log(operation.id(), clock.instant(), line));
      store.update(operation.id(), new State.Succeeded(clock.instant()));
    } catch (ProblemException e) {
      log.warn(
          "operation {} on {} failed: {}",
          operation.kind(),
          operation.subject(),
          e.problem().message());
      fail(operation, e.problem().code(), e.problem().message());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      log.info(
          "operation {} on {} is interrupted and {}",
          operation.kind(),
          operation.subject(),
          run.interrupted() ? "superseded" : "goes on at the next start");
    } catch (Exception e) {
      log.error("operation {} on {} failed", operation.kind(), operation.subject(), e);
      fail(
          operation,
          "InternalError",
          "Gatehouse failed in this operation; its log has the cause under " + operation.id());
    }
  }

  private void fail(Operation operation, String code, String message) {
    store.update(operation.id(), new State.Failed(code, message, clock.instant()));
  }
}
