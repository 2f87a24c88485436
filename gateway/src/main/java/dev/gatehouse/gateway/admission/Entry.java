package dev.gatehouse.gateway.admission;

/** What became of a request at the door of a version. */
public sealed interface Entry permits Slot, Entry.Queued, Entry.Absent, Entry.Full {
  /** The waiter will be told. */
  record Queued() implements Entry {}

  /** There is no replica, for that reason. */
  record Absent(String reason) implements Entry {}

  /** As many wait as may wait. */
  record Full() implements Entry {}
}
