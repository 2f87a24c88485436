package dev.gatehouse.server.service.driver;

/** A load whose number of replicas can be changed while it answers. */
public interface Elastic extends Started {
  int replicas();

  /**
   * Starts or ends replicas, which blocks until they are ready or have drained; one call at a time.
   *
   * @param changed called when {@link #backend()} has changed, before surplus replicas end
   */
  void resize(int replicas, Runnable changed) throws StartFailure, InterruptedException;
}
