package tidings.http.api;

import org.jspecify.annotations.Nullable;
import tidings.core.access.Authenticator;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * Who comes by the socket that only the administrator of this machine can open: they may operate
 * the hub, and need no token.
 */
enum Administrator implements Authenticator {
  HERE;

  private static final Caller OPERATOR =
      new Caller(
          null,
          new Publisher("local:"),
          new Grant(Grant.NOTHING.publish(), Grant.NOTHING.subscribe(), false, false, true),
          null,
          null);

  @Override
  public Caller anonymous() {
    return OPERATOR;
  }

  @Override
  public Caller authenticate(String token) throws Refusal {
    throw Problem.of(Problem.Kind.UNAUTHENTICATED, "a token (expected none on this socket)")
        .refusal();
  }

  @Override
  public @Nullable Caller cached(String token) {
    return null;
  }

  @Override
  public long changes() {
    return 0;
  }

  @Override
  public boolean holds(Caller caller) {
    return true;
  }
}
