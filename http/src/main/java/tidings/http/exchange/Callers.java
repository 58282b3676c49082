package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Authenticator;
import tidings.core.access.Caller;
import tidings.core.problem.Problem;

/**
 * Finds out who sent a request. Known tokens are looked up on the event loop; others are verified
 * where that may take its time. Thread-safe.
 */
public final class Callers {
  private static final String SCHEME = "Bearer ";

  private final Authenticator authenticator;

  public Callers(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /**
   * Goes on with the caller, on the event loop, or answers 401.
   *
   * @param next what it throws becomes the answer
   */
  public void identify(Exchange exchange, Consumer<Caller> next) {
    String authorization = exchange.request().header(HttpHeaderNames.AUTHORIZATION);
    if (authorization == null) {
      Caller anonymous = authenticator.anonymous();
      if (anonymous == null) {
        throw Problem.of(
                Problem.Kind.UNAUTHENTICATED, "no token (expected Authorization: Bearer TOKEN)")
            .refusal();
      }
      next.accept(anonymous);
      return;
    }
    String token = token(authorization);
    if (token == null) {
      throw new Problem(
              Problem.Kind.UNAUTHENTICATED,
              "an Authorization header of another scheme (expected Bearer TOKEN)",
              "Authorization")
          .refusal();
    }
    Caller known = authenticator.cached(token);
    if (known != null) {
      next.accept(known);
    } else {
      exchange.blocking(() -> {
        Caller caller = authenticator.authenticate(token);
        exchange.onLoop(() -> next.accept(caller));
      });
    }
  }

  /** Whether a caller's credentials still hold, for a request that lasts. On any thread. */
  public boolean holds(Caller caller) {
    return authenticator.holds(caller);
  }

  /**
   * Finds out whether a request may see the inside of the hub: from this machine anyone may, else
   * who may operate it. Answers 401 to a token that is none.
   *
   * @param next what it throws becomes the answer
   */
  public void inspect(Exchange exchange, Consumer<Boolean> next) {
    if (exchange.request().isLocal()) {
      next.accept(true);
    } else if (exchange.request().header(HttpHeaderNames.AUTHORIZATION) == null) {
      next.accept(false);
    } else {
      identify(exchange, caller -> next.accept(caller.grant().operate()));
    }
  }

  private static @Nullable String token(String authorization) {
    return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? authorization.substring(SCHEME.length()).strip()
        : null;
  }
}
