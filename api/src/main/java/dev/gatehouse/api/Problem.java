package dev.gatehouse.api;

/**
 * What went wrong, told to a caller: a stable code and one sentence that says what, where, and what
 * to do, without secrets.
 */
public sealed interface Problem {
  /** Stable and documented, such as {@code ModelNotFound}. */
  String code();

  /** One sentence for the caller. */
  String message();

  /** The request itself is wrong (400). */
  record Invalid(String code, String message) implements Problem {
    public Invalid(String message) {
      this("BadRequest", message);
    }
  }

  /** Nobody knows who asks (401). */
  record Unauthenticated(String code, String message) implements Problem {}

  /** Known, but not allowed (403). */
  record Forbidden(String code, String message) implements Problem {}

  /** No such thing (404). */
  record NotFound(String code, String message) implements Problem {}

  /** The path exists, the method does not (405). */
  record MethodNotAllowed(String code, String message) implements Problem {}

  /** The state of things forbids it for now (409). */
  record Conflict(String code, String message) implements Problem {}

  /** Something still depends on it (412). */
  record InUse(String code, String message) implements Problem {}

  /** More bytes than are taken (413). */
  record TooLarge(String code, String message) implements Problem {}

  /** Our fault; nothing was changed (500). */
  record Internal(String code, String message) implements Problem {}

  /** A system behind us did not do its part; the message names it (502). */
  record Upstream(String code, String message) implements Problem {}

  /** No room to store it; nothing was changed (507). */
  record NoSpace(String code, String message) implements Problem {}
}
