package tidings.core.problem;

/**
 * Thrown when a caller's input or state makes an operation impossible; carries what to tell them.
 */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  public Refusal(Problem problem) {
    super(problem.detail(), null, false, false); // expected control flow: no stack trace
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
