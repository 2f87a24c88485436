package dev.gatehouse.server.service.driver;

import dev.gatehouse.gateway.Backend;

/** A load that answers. */
public interface Started {
  Backend backend();

  /** Lets the requests in progress be answered, then ends it; blocks for so long; once. */
  void stop();
}
