package tidings.auth;

import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** Says what is wrong with a token, without repeating any of it. */
final class InvalidToken extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidToken(String fault) {
    super("token: " + fault, null, false, false); // expected control flow: no stack trace
  }

  Refusal refusal() {
    return new Problem(Problem.Kind.UNAUTHENTICATED, String.valueOf(getMessage()), "Authorization")
        .refusal();
  }
}
