package dev.gatehouse.gateway.admission;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The replicas of one version and the requests that wait for them, first come first served. */
public final class Line {
  private static final long SUSPICION = Duration.ofSeconds(1).toNanos();

  private final int longest;
  private final Consumer<Slot> retired;

  // Immutable; replaced under the lock.
  private volatile List<Slot> slots = List.of();

  @GuardedBy("this")
  private int concurrent = 1;

  @GuardedBy("this")
  private String reason = "none yet";

  @GuardedBy("this")
  private int turn;

  @GuardedBy("this")
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private record Waiting(Waiter waiter, @Nullable Slot avoid) {}

  /**
   * @param longest requests that may wait at a time
   * @param retired told of each slot that leaves, outside the lock
   */
  public Line(int longest, Consumer<Slot> retired) {
    this.longest = longest;
    this.retired = retired;
  }

  /** Sets the replicas, by equality of their places, and how much each works on at a time. */
  public void arrange(List<?> places, int concurrent, String reasonIfNone) {
    var gone = new ArrayList<Slot>();
    var refused = new ArrayList<Waiting>();
    synchronized (this) {
      var next = new ArrayList<Slot>(places.size());
      for (Object place : places) {
        next.add(
            slots.stream()
                .filter(slot -> slot.place().equals(place))
                .findFirst()
                .orElseGet(() -> new Slot(this, place)));
      }
      for (var slot : slots) {
        if (!next.contains(slot)) {
          slot.retire();
          gone.add(slot);
        }
      }
      slots = List.copyOf(next);
      this.concurrent = concurrent;
      reason = reasonIfNone;
      if (slots.isEmpty()) {
        refused.addAll(waiting);
        waiting.clear();
      }
    }
    gone.forEach(retired);
    refused.forEach(w -> w.waiter().refused(reasonIfNone));
    serve();
  }

  /** Takes a replica, but not {@code avoid}, or queues, or refuses. */
  public synchronized Entry enter(Waiter waiter, @Nullable Slot avoid) {
    if (slots.isEmpty()) {
      return new Entry.Absent(reason);
    }
    if (avoid != null && slots.stream().allMatch(slot -> slot == avoid)) {
      return new Entry.Absent("there is no other");
    }
    var slot = waiting.isEmpty() || avoid != null ? pick(avoid) : null;
    if (slot != null) {
      slot.busy++;
      return slot;
    }
    if (waiting.size() >= longest) {
      return new Entry.Full();
    }
    waiting.add(new Waiting(waiter, avoid));
    return new Entry.Queued();
  }

  /** Takes a replica that is free, but not {@code avoid}, or refuses; never queues. */
  public synchronized Entry enterAtOnce(@Nullable Slot avoid) {
    if (slots.isEmpty()) {
      return new Entry.Absent(reason);
    }
    var slot = waiting.isEmpty() ? pick(avoid) : null;
    if (slot == null) {
      return new Entry.Full();
    }
    slot.busy++;
    return slot;
  }

  /** A replica that is asked without being counted as busy; empty where there is none. */
  public @Nullable Object anyPlace() {
    var now = slots;
    return now.isEmpty() ? null : now.getFirst().place();
  }

  /** Takes a waiter out; false if it has been or is just being told. */
  public synchronized boolean withdraw(Waiter waiter) {
    return waiting.removeIf(w -> w.waiter().equals(waiter));
  }

  /** Requests that replicas work on now. */
  public synchronized int busy() {
    return slots.stream().mapToInt(slot -> slot.busy).sum();
  }

  /** Requests that wait now. */
  public synchronized int waiting() {
    return waiting.size();
  }

  synchronized void suspect(Slot slot) {
    slot.failed = true;
    slot.failedAt = System.nanoTime();
  }

  void leave(Slot slot) {
    synchronized (this) {
      slot.busy--;
      if (waiting.isEmpty()) {
        return;
      }
    }
    serve();
  }

  private void serve() {
    while (true) {
      Waiting next;
      Slot slot;
      synchronized (this) {
        next = waiting.peek();
        slot = next == null ? null : pick(next.avoid());
        if (next == null || slot == null) {
          return;
        }
        waiting.remove();
        slot.busy++;
      }
      next.waiter().granted(slot);
    }
  }

  @GuardedBy("this")
  private @Nullable Slot pick(@Nullable Slot avoid) {
    @Nullable Slot best = null;
    int count = slots.size();
    turn = turn + 1 < count ? turn + 1 : 0;
    for (int i = 0; i < count; i++) {
      var slot = slots.get((turn + i) % count);
      if (slot.busy < concurrent && slot != avoid && (best == null || better(slot, best))) {
        best = slot;
      }
    }
    return best;
  }

  @GuardedBy("this")
  private boolean better(Slot slot, Slot than) {
    boolean suspect = suspected(slot);
    return suspect == suspected(than) ? slot.busy < than.busy : !suspect;
  }

  @GuardedBy("this")
  private boolean suspected(Slot slot) {
    if (slot.failed && System.nanoTime() - slot.failedAt > SUSPICION) {
      slot.failed = false;
    }
    return slot.failed;
  }
}
