package dev.gatehouse.gateway.http;

/** Decides what answers a request; belongs to one event loop. */
@FunctionalInterface
public interface Reception {
  /** Throws a {@link Refusal} for a request that is not let in. */
  Exchange accept(Asked asked, Front front);
}
