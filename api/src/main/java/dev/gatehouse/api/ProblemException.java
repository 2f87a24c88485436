package dev.gatehouse.api;

/** Carries a problem from where it is noticed to the one place that answers it. */
public final class ProblemException extends RuntimeException {
  private final transient Problem problem;

  public ProblemException(Problem problem) {
    super(problem.code() + ": " + problem.message());
    this.problem = problem;
  }

  public ProblemException(Problem problem, Throwable cause) {
    super(problem.code() + ": " + problem.message(), cause);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }

  /** Shorthand for the commonest case. */
  public static ProblemException invalid(String message) {
    return new ProblemException(new Problem.Invalid(message));
  }
}
