package dev.gatehouse.gateway.onnx;

/** How long runs of a model have taken lately. */
final class Pace {
  /** Past it a run is handed to another thread, which costs some tens of microseconds. */
  private static final long BRISK = 1_000_000;

  private static final int WEIGHT = 16;

  // Plain: a lost update is one measurement less. A model is quick until it has shown otherwise:
  // the first burst would else stand in line for threads that are not warm yet.
  private long mean = BRISK / 2;

  /** One run that was cut short by other work of the machine must not decide. */
  void took(long nanos) {
    mean += (Math.min(nanos, 4 * BRISK) - mean) / WEIGHT;
  }

  boolean brisk() {
    return mean < BRISK;
  }
}
