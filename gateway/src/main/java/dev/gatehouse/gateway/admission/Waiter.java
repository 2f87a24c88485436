package dev.gatehouse.gateway.admission;

/** A request in the queue; called once, on whatever thread frees or takes away the replica. */
public interface Waiter {
  /** The slot is the waiter's, who must leave it. */
  void granted(Slot slot);

  /** No replica is left to wait for. */
  void refused(String reason);
}
