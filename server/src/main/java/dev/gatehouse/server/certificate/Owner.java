package dev.gatehouse.server.certificate;

import java.util.List;

/** Something of a workspace that can have a certificate. */
public record Owner(String id, Kind kind, String name) {

  /** What clients call it. */
  public enum Kind {
    COMPUTE_TARGET("ComputeTarget"),
    SERVICE("Service");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /** Asks the features that have owners: targets first. */
  @FunctionalInterface
  public interface Directory {
    List<Owner> of(String workspaceId);
  }
}
