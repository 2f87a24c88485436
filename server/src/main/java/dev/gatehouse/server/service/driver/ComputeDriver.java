package dev.gatehouse.server.service.driver;

import dev.gatehouse.server.operation.OperationLog;
import java.util.List;

/** Runs loads somewhere. */
public interface ComputeDriver {
  /**
   * Returns when every replica is ready to answer; ends first what a crash has left of the same
   * instance.
   */
  Started start(Load load, OperationLog log) throws StartFailure, InterruptedException;

  /** The last lines that the instance's replicas wrote, running or not, oldest first. */
  List<String> lastLines(String instance, int count);

  /** Removes files and log of an instance that does not run. */
  void forget(String instance);
}
