package dev.gatehouse.gateway.admission;

/** One replica and what it is working on; its place is a socket path or a model. */
public final class Slot implements Entry {
  private final Line line;
  private final Object place;

  // These three are the line's, and used under its lock only.
  int busy;
  long failedAt;
  boolean failed;

  private volatile boolean retired;

  Slot(Line line, Object place) {
    this.line = line;
    this.place = place;
  }

  public Object place() {
    return place;
  }

  /** No longer in the snapshot: finish what is begun and keep no connection. */
  public boolean retired() {
    return retired;
  }

  void retire() {
    retired = true;
  }

  /** Gives back what {@link Line#enter} or a waiter got; exactly once. */
  public void leave() {
    line.leave(this);
  }

  /** Lets others be preferred for a moment. */
  public void suspect() {
    line.suspect(this);
  }
}
