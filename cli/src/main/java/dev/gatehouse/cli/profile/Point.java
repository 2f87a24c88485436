package dev.gatehouse.cli.profile;

/**
 * What was seen at one load.
 *
 * @param offered requests that became due, a second
 * @param done requests that were answered with 200, a second
 * @param p50 milliseconds from the moment a request was due, as the other two
 * @param sent all requests
 * @param failed those that were not answered with 200
 * @param firstFault what the first of them was; empty when none failed
 * @param cpuSeconds of the replicas, for each request
 */
public record Point(
    int replicas,
    double offered,
    double done,
    double p50,
    double p95,
    double p99,
    int sent,
    int failed,
    String firstFault,
    double cpuSeconds) {

  /** Whether all were answered, and hardly later than they were due. */
  public boolean sustained() {
    return failed == 0 && done >= 0.9 * offered;
  }

  Point withCpu(double seconds) {
    return new Point(replicas, offered, done, p50, p95, p99, sent, failed, firstFault, seconds);
  }
}
