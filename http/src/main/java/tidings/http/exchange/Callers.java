package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.InetAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Authenticator;
import tidings.core.access.Caller;
import tidings.core.access.Publisher;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.limit.Counts;
import tidings.http.limit.Usage;

/**
 * Finds out who sent a request, and holds them to their limits; this machine's own are not. Known
 * tokens are looked up on the event loop; others are verified where that may take its time.
 * Thread-safe.
 */
public final class Callers {
  private static final String SCHEME = "Bearer ";

  private final Authenticator authenticator;
  private final Usage usage;

  public Callers(Authenticator authenticator, Usage usage) {
    this.authenticator = authenticator;
    this.usage = usage;
  }

  public Usage usage() {
    return usage;
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
      admit(exchange, anonymous, next);
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
      admit(exchange, known, next);
      return;
    }
    InetAddress network = Sender.network(exchange.request().sender().client());
    if (isCounted(exchange) && usage.failedLogins().nanosUntil(network) > 0) {
      exchange.turnAway(
          Problem.of(Problem.Kind.RATE_LIMITED, "too many tokens that are none of your address"));
      return;
    }
    exchange.blocking(() -> {
      try {
        Caller caller = authenticator.authenticate(token);
        exchange.onLoop(() -> admit(exchange, caller, next));
      } catch (Refusal e) {
        if (isCounted(exchange)) {
          usage.failedLogins().takeMore(network, 1);
        }
        throw e;
      }
    });
  }

  private void admit(Exchange exchange, Caller caller, Consumer<Caller> next) {
    exchange.identified(caller);
    if (enter(exchange, caller, usage.requests())) {
      next.accept(caller);
    } else {
      exchange.turnAway(
          Problem.of(
              Problem.Kind.RATE_LIMITED,
              "too many requests and streams of yours at once (expected at most "
                  + usage.limits().connectionsPerUser()
                  + ")"));
    }
  }

  /** Counts a stream or a long poll, until the exchange ends; false if it is one too many. */
  public boolean enterStream(Exchange exchange, Caller caller) {
    return enter(exchange, caller, usage.streams());
  }

  private static boolean enter(Exchange exchange, Caller caller, Counts<Publisher> counts) {
    if (caller.user() == null || !isCounted(exchange)) {
      return true;
    }
    Publisher who = caller.publisher();
    if (!counts.enter(who)) {
      return false;
    }
    exchange.onEnd(() -> counts.leave(who));
    return true;
  }

  private static boolean isCounted(Exchange exchange) {
    return !exchange.request().isLocal();
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
