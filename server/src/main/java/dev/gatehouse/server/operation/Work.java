package dev.gatehouse.server.operation;

/**
 * What an operation of one kind does. It may be run again from its beginning after a crash, so
 * every step asks first whether it has been done. A problem that it throws ends the operation as
 * failed; the work itself must have undone or recorded what it had begun.
 */
@FunctionalInterface
public interface Work {
  void run(Operation operation, OperationLog log) throws Exception;
}
