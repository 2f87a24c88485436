package dev.gatehouse.server.service.driver;

import dev.gatehouse.gateway.Backend;
import java.util.Optional;

/** A load that answers. */
public interface Started {
  /** What answers now; an {@link Elastic} load has another one after each change of its size. */
  Backend backend();

  /** Why some of it does not answer and will not soon; empty when all is well. */
  default Optional<String> ailing() {
    return Optional.empty();
  }

  /** Lets the requests in progress be answered, then ends it; blocks for so long; once. */
  void stop();
}
