package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.access.Authenticator;
import tidings.core.access.Caller;
import tidings.core.access.Publisher;
import tidings.core.access.Sessions;
import tidings.core.access.Tickets;
import tidings.core.filter.Filter;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Person;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.limit.Counts;
import tidings.http.limit.Rate;
import tidings.http.limit.Usage;

/**
 * Finds out who sent a request, and holds them to their limits; this machine's own are not. A
 * caller is known by a token, else by the cookie of a session; where there may be a ticket, that
 * goes before both. Known tokens are looked up on the event loop; others are verified where that
 * may take its time. Thread-safe.
 */
public final class Callers {
  /** The query parameter that holds a ticket. */
  public static final String TICKET = "ticket";

  /** What is answered to credentials that ended while the request was under way. */
  public static final Problem ENDED =
      Problem.of(Problem.Kind.UNAUTHENTICATED, "the token has ended");

  private static final Logger logger = LoggerFactory.getLogger(Callers.class);
  private static final String SCHEME = "Bearer ";
  private static final Problem DEFECT = Problem.of(Problem.Kind.INTERNAL, "an internal error");
  private static final Problem SHUT_OUT =
      Problem.of(Problem.Kind.RATE_LIMITED, "too many tokens that are none of your address");

  private final Authenticator authenticator;
  private final Usage usage;
  private final Sessions sessions;
  private final Tickets tickets;
  private final SessionCookie cookie;
  private final Origins origins;
  private final Inboxes inboxes;
  private final Duration patience;

  /**
   * @param inboxes those of users, who begin with the first request that is admitted
   * @param patience whose preferences can't be read by then is taken for one who has saved none
   */
  public Callers(
      Authenticator authenticator,
      Usage usage,
      Sessions sessions,
      Tickets tickets,
      SessionCookie cookie,
      Origins origins,
      Inboxes inboxes,
      Duration patience) {
    this.authenticator = authenticator;
    this.usage = usage;
    this.sessions = sessions;
    this.tickets = tickets;
    this.cookie = cookie;
    this.origins = origins;
    this.inboxes = inboxes;
    this.patience = patience;
  }

  public Usage usage() {
    return usage;
  }

  /** How long a stream waits for what should come soon. */
  public Duration patience() {
    return patience;
  }

  /**
   * Checks the Origin, if a request has one, of what browsers let any site ask for.
   *
   * @throws Refusal of kind {@code FORBIDDEN}
   */
  public void checkOrigin(Request request) {
    var _ = origins.checkGiven(request);
  }

  /**
   * Goes on with the caller, on the event loop, or answers 401.
   *
   * @param next what it throws becomes the answer
   */
  public void identify(Exchange exchange, Consumer<Caller> next) {
    if (!byToken(exchange, next) && !bySession(exchange, next)) {
      Caller anonymous = authenticator.anonymous();
      if (anonymous == null) {
        throw missing("no token (expected Authorization: Bearer TOKEN)");
      }
      admit(exchange, anonymous, next);
    }
  }

  /**
   * The same where a ticket may stand in the query. It is not used up yet: {@link #useTicket} is to
   * be called before what it is good for begins.
   */
  public void identifyByTicket(Exchange exchange, Consumer<Caller> next) {
    if (!byTicket(exchange, next)) {
      identify(exchange, next);
    }
  }

  /** The same for who starts a session: only a token, or a ticket as above, will do. */
  public void identifyStarter(Exchange exchange, Consumer<Caller> next) {
    checkOrigin(exchange.request());
    if (!byTicket(exchange, next) && !byToken(exchange, next)) {
      throw missing("no token (expected Authorization: Bearer TOKEN, or ticket=)");
    }
  }

  /**
   * The same for who operates the hub, or answers 403.
   *
   * @param next what it throws becomes the answer
   */
  public void identifyOperator(Exchange exchange, Consumer<Caller> next) {
    identify(
        exchange,
        caller -> {
          if (!caller.grant().operate()) {
            throw caller.isAnonymous()
                ? missing("no token (expected one that may operate the hub)")
                : Problem.of(Problem.Kind.FORBIDDEN, "not granted to operate the hub").refusal();
          }
          next.accept(caller);
        });
  }

  /**
   * The same for who is a user, or answers 403.
   *
   * @param next what it throws becomes the answer
   */
  public void identifyUser(Exchange exchange, Consumer<Caller> next) {
    identify(
        exchange,
        caller -> {
          if (caller.user() == null) {
            throw caller.isAnonymous()
                ? missing("no token (expected a user's)")
                : Problem.of(Problem.Kind.FORBIDDEN, "these credentials are no user's").refusal();
          }
          next.accept(caller);
        });
  }

  private static Refusal missing(String detail) {
    return Problem.of(Problem.Kind.UNAUTHENTICATED, detail).refusal();
  }

  // Each says whether the request has what it looks for; then it has gone on, or will.

  private boolean byTicket(Exchange exchange, Consumer<Caller> next) {
    String secret = exchange.request().parameter(TICKET);
    if (secret == null) {
      return false;
    }
    if (isShutOut(exchange)) {
      return true;
    }
    admit(exchange, checkTicket(exchange, tickets.holder(secret)), next);
    return true;
  }

  /**
   * Uses up the ticket of a request that came with one, once nothing else stands in its way: of
   * those who come with it at once, all but one get 401.
   */
  public void useTicket(Exchange exchange) {
    String secret = exchange.request().parameter(TICKET);
    if (secret != null) {
      checkTicket(exchange, tickets.use(secret));
    }
  }

  private Caller checkTicket(Exchange exchange, @Nullable Caller caller) {
    if (caller == null || !authenticator.holds(caller)) {
      countFailure(exchange);
      throw new Problem(
              Problem.Kind.UNAUTHENTICATED,
              "the ticket was used already, is too old, or is none; take a new one",
              TICKET)
          .refusal();
    }
    return caller;
  }

  private boolean byToken(Exchange exchange, Consumer<Caller> next) {
    String authorization = exchange.request().header(HttpHeaderNames.AUTHORIZATION);
    if (authorization == null) {
      return false;
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
    } else if (!isShutOut(exchange)) {
      exchange.blocking(() -> {
        Caller caller = authenticate(exchange, token);
        exchange.onLoop(() -> admit(exchange, caller, next));
      });
    }
    return true;
  }

  private Caller authenticate(Exchange exchange, String token) {
    try {
      return authenticator.authenticate(token);
    } catch (Refusal e) {
      if (e.problem().kind() == Problem.Kind.UNAUTHENTICATED) { // else nobody knows yet
        countFailure(exchange);
      }
      throw e;
    }
  }

  /**
   * Finds out whose a token is that comes after the answer has begun. Goes on with one of the two,
   * on the event loop.
   */
  public void verify(
      Exchange exchange, String token, Consumer<Caller> next, Consumer<Problem> refused) {
    Caller known = authenticator.cached(token);
    if (known != null) {
      next.accept(known);
    } else if (shutOutNanos(exchange) > 0) {
      refused.accept(SHUT_OUT);
    } else {
      Problem busy =
          exchange.offLoop(() -> {
            Runnable then;
            try {
              Caller caller = authenticate(exchange, token);
              then = () -> next.accept(caller);
            } catch (Refusal e) {
              then = () -> refused.accept(e.problem());
            } catch (RuntimeException | Error e) {
              logger.error("a token of {} could not be verified", exchange.request().id(), e);
              then = () -> refused.accept(DEFECT);
            }
            exchange.loop().execute(then);
          });
      if (busy != null) {
        refused.accept(busy);
      }
    }
  }

  /** Whether so many tokens and tickets of the client's network were none that it was sent away. */
  private boolean isShutOut(Exchange exchange) {
    long wait = shutOutNanos(exchange);
    if (wait == 0) {
      return false;
    }
    exchange.turnAway(SHUT_OUT, Rate.seconds(wait));
    return true;
  }

  private long shutOutNanos(Exchange exchange) {
    return isCounted(exchange) ? usage.failedLogins().nanosUntil(network(exchange)) : 0;
  }

  private void countFailure(Exchange exchange) {
    if (isCounted(exchange)) {
      usage.failedLogins().takeMore(network(exchange), 1);
    }
  }

  private static InetAddress network(Exchange exchange) {
    return Sender.network(exchange.request().sender().client());
  }

  private boolean bySession(Exchange exchange, Consumer<Caller> next) {
    String secret = cookie.of(exchange.request());
    if (secret == null) {
      return false;
    }
    origins.checkCookie(exchange.request());
    Caller caller;
    try {
      caller = sessions.use(secret);
    } catch (Refusal e) { // a native EventSource would give up for good on 503
      exchange.turnAway(e.problem());
      return true;
    }
    if (caller != null && authenticator.holds(caller)) {
      admit(exchange, caller, next);
    } else {
      Problem ended =
          new Problem(Problem.Kind.UNAUTHENTICATED, "the session has ended; sign in", "Cookie");
      exchange.respond(ProblemDocument.response(ended).header("Set-Cookie", cookie.clear()));
    }
    return true;
  }

  /**
   * Signs out: ends the session whose cookie the request has, or answers 401.
   *
   * @return done when that is on stable storage
   */
  public CompletableFuture<Void> signOut(Exchange exchange) {
    String secret = cookie.of(exchange.request());
    if (secret == null) {
      throw missing("no session (expected its cookie)");
    }
    origins.checkCookie(exchange.request());
    noteSignOut(exchange, secret);
    return sessions.end(secret);
  }

  /** For the audit log, which hears nothing of a cookie that is no session's. */
  private void noteSignOut(Exchange exchange, String secret) {
    try {
      Caller caller = sessions.use(secret);
      if (caller != null) {
        exchange.identified(caller);
        exchange.signsOut();
      }
    } catch (Refusal e) { // it is a session's, and nobody knows yet whether it still holds
      exchange.signsOut();
    }
  }

  /**
   * Goes on with what is known of a caller who is a user, on the event loop. That is waited for
   * only where it counts, and not for long.
   *
   * @param filter what the caller asks for: without addresses, the user's preferences count
   * @param next gets null for a caller who is none; what it throws becomes the answer
   */
  public void whenKnown(
      Exchange exchange, Caller caller, Filter filter, Consumer<@Nullable Person> next) {
    String user = caller.user();
    if (user == null) {
      next.accept(null);
      return;
    }
    CompletableFuture<Person> entering = inboxes.enter(user);
    Person unknown = Person.begins(0, user, 0);
    if (entering.isDone()) {
      next.accept(entering.join());
    } else if (!filter.to().isEmpty()) {
      next.accept(unknown);
    } else {
      var _ =
          entering
              .copy()
              .completeOnTimeout(unknown, patience.toMillis(), TimeUnit.MILLISECONDS)
              .thenAccept(person ->
                  exchange.onLoop(() -> {
                    if (person.number() == 0) {
                      next.accept(person);
                    } else { // perhaps it has changed since it was read
                      whenKnown(exchange, caller, filter, next);
                    }
                  }));
    }
  }

  private void admit(Exchange exchange, Caller caller, Consumer<Caller> next) {
    exchange.identified(caller);
    if (enter(exchange, caller, usage.requests())) {
      if (caller.user() != null) {
        var _ = inboxes.enter(caller.user());
      }
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
    if (caller.isAnonymous() || !isCounted(exchange)) {
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
   * Asks that before an answer which may have taken its time. On any thread.
   *
   * @throws Refusal of {@link #ENDED}
   */
  public void checkHolds(Caller caller) {
    if (!holds(caller)) {
      throw ENDED.refusal();
    }
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
