package dev.gatehouse.api;

import tools.jackson.databind.JsonNode;

/** Where a long job is; both spellings of the protocol are understood. */
public sealed interface OperationState {
  /** The log goes on from the character that was asked for; empty where there is none. */
  record Running(String log) implements OperationState {}

  record Succeeded() implements OperationState {}

  /** The cause in one sentence or more, as the server tells it. */
  record Failed(String cause) implements OperationState {}

  static OperationState read(JsonNode document) {
    String state = document.path("status").asString(document.path("state").asString(""));
    return switch (state) {
      case "Succeeded" -> new Succeeded();
      case "Failed", "Canceled", "Cancelled", "TimedOut" -> new Failed(cause(document, state));
      default -> new Running(document.path("streamingOperationLog").asString(""));
    };
  }

  private static String cause(JsonNode document, String state) {
    return document
        .path("error")
        .path("message")
        .asString("The operation ended as '" + state + "' without a reason.");
  }
}
