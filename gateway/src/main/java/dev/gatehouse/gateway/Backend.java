package dev.gatehouse.gateway;

import java.nio.file.Path;
import java.util.List;

/** What answers for a version. */
public sealed interface Backend {
  /** How many can answer. */
  default int replicas() {
    return switch (this) {
      case Replicas processes -> processes.sockets().size();
      case InProcess _ -> 1;
      case Absent _ -> 0;
    };
  }

  /** Processes that speak HTTP/1.1 with keep-alive, each on its own Unix socket. */
  record Replicas(List<Path> sockets) implements Backend {
    public Replicas {
      sockets = List.copyOf(sockets);
    }
  }

  /** A model in the gateway's own process. */
  record InProcess(Model model) implements Backend {}

  /** Nothing yet, or no longer: answered with 503 and this reason. */
  record Absent(String reason) implements Backend {}
}
