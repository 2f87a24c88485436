package dev.gatehouse.gateway.onnx;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.gatehouse.gateway.Model.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins requests into one run: until the rows are enough, or the first has waited long enough, or
 * one comes that does not fit the others. What fails together is tried one by one, so that nobody
 * fails for a neighbour.
 */
final class Batcher {
  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  /** Requests that may wait or run at a time, of one model. */
  private static final int MOST = 1_024;

  private final Graph graph;
  private final Scratch scratch;
  private final Batching batching;
  private final ScheduledExecutorService threads;

  @GuardedBy("this")
  private List<Waiting> waiting = new ArrayList<>();

  @GuardedBy("this")
  private long rows;

  @GuardedBy("this")
  private int open;

  private record Waiting(
      Job job, long rows, Function<Refusal, Answer> refused, Consumer<Answer> to) {}

  Batcher(Graph graph, Scratch scratch, Batching batching, ScheduledExecutorService threads) {
    this.graph = graph;
    this.scratch = scratch;
    this.batching = batching;
    this.threads = threads;
  }

  /** Takes the job over, unless it throws; the job is answered on another thread. */
  void join(Job job, Function<Refusal, Answer> refused, Consumer<Answer> to) {
    long own = job.feed().joinable() ? job.rows() : 0;
    var one = new Waiting(job, own, refused, to);
    synchronized (this) {
      if (open >= MOST) {
        throw Refusal.busy();
      }
      open++;
      if (own == 0 || own >= batching.rows()) {
        start(List.of(one));
        return;
      }
      if (!waiting.isEmpty()
          && (rows + own > batching.rows() || !waiting.getFirst().job().fits(job))) {
        startWaiting();
      }
      waiting.add(one);
      rows += own;
      if (rows >= batching.rows()) {
        startWaiting();
      } else if (waiting.size() == 1) {
        var mine = waiting;
        threads.schedule(
            () -> waitedEnough(mine), batching.patience().toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // Which list it is, not what is in it.
  private synchronized void waitedEnough(List<Waiting> these) {
    if (waiting == these) {
      startWaiting();
    }
  }

  @GuardedBy("this")
  private void startWaiting() {
    start(waiting);
    waiting = new ArrayList<>();
    rows = 0;
  }

  @GuardedBy("this")
  private void start(List<Waiting> these) {
    threads.execute(() -> run(these));
  }

  private void run(List<Waiting> these) {
    try {
      if (these.size() == 1 || !together(these)) {
        these.forEach(one -> one.to().accept(alone(one)));
      }
    } finally {
      these.forEach(one -> one.job().close());
      synchronized (this) {
        open -= these.size();
      }
    }
  }

  private Answer alone(Waiting one) {
    try {
      return one.job().run(graph);
    } catch (Refusal refusal) {
      return one.refused().apply(refusal);
    } catch (RuntimeException e) {
      LOG.warn("a model threw", e);
      return one.refused().apply(Refusal.failed("the model failed; the gateway's log says why"));
    }
  }

  /** False when it did not work, and nobody has been answered. */
  private boolean together(List<Waiting> these) {
    var first = these.getFirst().job();
    var answers = new ArrayList<Answer>();
    try (var joined = new Feed(graph, scratch)) {
      long sum = these.stream().mapToLong(Waiting::rows).sum();
      for (int i = 0; i < first.feed().inputs().size(); i++) {
        int input = i;
        joined.join(these.stream().map(one -> one.job().feed().inputs().get(input)).toList(), sum);
      }
      try (var outputs = graph.run(joined, first.wanted())) {
        long from = 0;
        for (var one : these) {
          var own = new RowsOf(outputs, from, one.rows(), sum);
          answers.add(one.job().writer().apply(own).took(joined.nanos()));
          from += one.rows();
        }
      }
    } catch (RuntimeException e) {
      LOG.debug("requests that failed together are tried one by one", e);
      return false;
    }
    for (int i = 0; i < answers.size(); i++) {
      these.get(i).to().accept(answers.get(i));
    }
    return true;
  }
}
