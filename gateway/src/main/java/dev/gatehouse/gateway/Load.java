package dev.gatehouse.gateway;

/**
 * The requests of one version at one moment.
 *
 * @param busy those that replicas work on
 * @param waiting those that wait for a replica
 */
public record Load(int busy, int waiting) {
  public static final Load NONE = new Load(0, 0);
}
