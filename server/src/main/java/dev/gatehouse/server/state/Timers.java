package dev.gatehouse.server.state;

import com.github.kagkarlsson.scheduler.PollingStrategyConfig;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceCurrentlyExecutingException;
import com.github.kagkarlsson.scheduler.jdbc.SqliteJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Alarms that survive a crash: each has a name, an instance and a time, and rings on a virtual
 * thread. An alarm that was ringing when the process died rings again at the next start. One
 * process owns the database at a time.
 */
public final class Timers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Timers.class);
  private static final Duration RETRY = Duration.ofMinutes(1);

  /** Virtual threads, many of which may wait for somebody far away. */
  private static final int AT_ONCE = 256;

  private final Database database;
  private final ExecutorService threads;
  private final List<Task<?>> tasks = new ArrayList<>();
  private @Nullable Scheduler scheduler;

  public Timers(Database database, ExecutorService threads) {
    this.database = database;
    this.threads = threads;
  }

  /**
   * What an alarm does; a returned time rings the same instance again, an exception rings it again
   * in a minute.
   */
  @FunctionalInterface
  public interface Action {
    Optional<Instant> ring(String instance) throws InterruptedException;
  }

  /** Names what rings; only before the start. */
  public void define(String name, Action action) {
    tasks.add(
        Tasks.custom(TaskDescriptor.of(name))
            .onFailure(
                (failed, operations) -> operations.reschedule(failed, Instant.now().plus(RETRY)))
            .onDeadExecutionRevive()
            .execute((alarm, _) -> after(ring(action, alarm.getId()))));
  }

  private static Optional<Instant> ring(Action action, String instance) {
    try {
      return action.ring(instance);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted; the alarm rings again", e);
    }
  }

  private static CompletionHandler<Void> after(Optional<Instant> next) {
    return next.<CompletionHandler<Void>>map(
            at -> (done, operations) -> operations.reschedule(done, at))
        .orElseGet(CompletionHandler.OnCompleteRemove::new);
  }

  /**
   * Sets the alarm, or moves it when it is set already; one that is ringing at this moment is left
   * to its action.
   */
  public void set(String name, String instance, Instant at) {
    Scheduler started = started();
    var alarm = new TaskInstance<Void>(name, instance);
    if (!started.scheduleIfNotExists(alarm, at)) {
      try {
        started.reschedule(alarm, at);
      } catch (TaskInstanceCurrentlyExecutingException e) {
        log.debug("{} {} is ringing; its action says when it rings next", name, instance);
      }
    }
  }

  /** Sets the alarm unless it is set already, be it for another time. */
  public void setIfAbsent(String name, String instance, Instant at) {
    started().scheduleIfNotExists(new TaskInstance<Void>(name, instance), at);
  }

  /** Forgets the alarm; nothing happens when it is not set. */
  public void cancel(String name, String instance) {
    var alarm = new TaskInstance<Void>(name, instance);
    if (started().getScheduledExecution(alarm).isPresent()) {
      started().cancel(alarm);
    }
  }

  /** Starts ringing, first what was due or ringing when the last process ended. */
  public void start() {
    database
        .jdbi()
        .useHandle(h ->
            h.execute("UPDATE scheduled_tasks SET picked = 0, picked_by = NULL WHERE picked <> 0"));
    scheduler =
        new SchedulerBuilder(database.dataSource(), tasks)
            .jdbcCustomization(new SqliteJdbcCustomization())
            .pollUsingFetch(
                PollingStrategyConfig.DEFAULT_FETCH.lowerLimitFractionOfThreads,
                PollingStrategyConfig.DEFAULT_FETCH.upperLimitFractionOfThreads)
            .alwaysPersistTimestampInUTC()
            .executorService(threads)
            .threads(AT_ONCE)
            .pollingInterval(Duration.ofSeconds(5))
            .enableImmediateExecution()
            .shutdownMaxWait(Duration.ofSeconds(5))
            .build();
    scheduler.start();
  }

  private Scheduler started() {
    if (scheduler == null) {
      throw new IllegalStateException("the timers have not been started");
    }
    return scheduler;
  }

  @Override
  public void close() {
    if (scheduler != null) {
      scheduler.stop();
    }
  }
}
