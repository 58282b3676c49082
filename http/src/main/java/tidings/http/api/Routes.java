package tidings.http.api;

import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.PATCH;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpMethod.PUT;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import tidings.core.access.ApiTokens;
import tidings.core.access.Authenticator;
import tidings.core.access.Revocations;
import tidings.core.access.Sessions;
import tidings.core.access.Tickets;
import tidings.core.delivery.Hub;
import tidings.core.inbox.Mark;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Origins;
import tidings.http.exchange.Router;
import tidings.http.exchange.SessionCookie;
import tidings.http.limit.Limits;
import tidings.http.limit.Usage;
import tidings.http.page.StaticFiles;
import tidings.http.stream.StreamEndpoint;
import tidings.http.stream.WebSocketEndpoint;

/** Every call of the protocol at its path. */
public final class Routes {
  private Routes() {}

  /**
   * What the calls need.
   *
   * @param access who may come
   * @param limits how much is taken on
   * @param stopping whether the hub stops: new streams are sent away, nobody waits
   * @param full whether the hub has all it can hold: new streams are sent away, nobody waits
   * @param readiness called on event loops: must not block
   * @param page answers all other paths
   * @param patience how long a stream waits for what its user prefers, and may take to end
   * @param ticker monotonic nanoseconds
   */
  public record Parts(
      Hub hub,
      Access access,
      Metrics metrics,
      Limits limits,
      BooleanSupplier stopping,
      BooleanSupplier full,
      Supplier<Readiness> readiness,
      Endpoint page,
      Duration patience,
      InstantSource clock,
      LongSupplier ticker) {}

  /**
   * Who may come, and what they can be given.
   *
   * @param cookie of sessions
   * @param origins whose pages may act with that cookie
   */
  public record Access(
      Authenticator authenticator,
      Revocations revocations,
      ApiTokens apiTokens,
      Sessions sessions,
      Tickets tickets,
      SessionCookie cookie,
      Origins origins) {

    private Callers callers(Authenticator of, Parts parts) {
      return new Callers(
          of,
          new Usage(parts.limits, parts.ticker),
          sessions,
          tickets,
          cookie,
          origins,
          parts.hub.inboxes(),
          parts.patience);
    }
  }

  /**
   * What is served on the socket of this machine's administrator: all that needs {@code operate},
   * and nothing else.
   */
  public static Router ofAdministration(Parts parts) {
    Callers callers = parts.access.callers(Administrator.HERE, parts);
    Router.Builder routes = new Router.Builder();
    administer(routes, callers, parts);
    return routes.otherwise(exchange ->
        exchange.refuse(Problem.of(Problem.Kind.NOT_FOUND, "not served on this socket")));
  }

  private static void administer(Router.Builder routes, Callers callers, Parts parts) {
    Access access = parts.access;
    TokenEndpoints tokens = new TokenEndpoints(callers, access.apiTokens);
    routes
        .at(
            POST,
            "/v1/revocations",
            new RevocationEndpoint(callers, access.revocations, parts.clock))
        .at(DELETE, UserEndpoint.PATH + "{}", new UserEndpoint(callers, parts.hub.inboxes()))
        .at(POST, "/v1/tokens", tokens.make())
        .at(GET, "/v1/tokens", tokens.list())
        .at(DELETE, "/v1/tokens/{}", tokens.revoke());
  }

  private static void people(Router.Builder routes, Callers callers, Hub hub, InstantSource clock) {
    InboxEndpoints inbox = new InboxEndpoints(callers, hub);
    PreferencesEndpoints preferences = new PreferencesEndpoints(callers, hub, clock);
    routes
        .at(GET, "/v1/inbox", inbox.list())
        .at(PATCH, "/v1/inbox", inbox.markMany())
        .at(GET, "/v1/inbox/summary", inbox.summary())
        .at(POST, "/v1/inbox/seen", inbox.markAll(Mark.Kind.SEEN))
        .at(POST, "/v1/inbox/read", inbox.markAll(Mark.Kind.READ))
        .at(POST, "/v1/inbox/archive", inbox.markAll(Mark.Kind.ARCHIVED))
        .at(PATCH, "/v1/inbox/{}", inbox.markOne())
        .at(GET, "/v1/preferences", preferences.show())
        .at(PUT, "/v1/preferences", preferences.save())
        .at(GET, "/v1/topics", new TopicsEndpoint(callers, hub.inboxes()));
  }

  /** The routes of version 1. */
  public static Router of(Parts parts) {
    Hub hub = parts.hub;
    Access access = parts.access;
    Callers callers = access.callers(access.authenticator, parts);
    SessionEndpoints session = new SessionEndpoints(callers, access.sessions, access.cookie);
    NotificationEndpoints notification = new NotificationEndpoints(callers, hub);
    BooleanSupplier turnedAway = () -> parts.stopping.getAsBoolean() || parts.full.getAsBoolean();
    Router.Builder routes = new Router.Builder();
    administer(routes, callers, parts);
    people(routes, callers, hub, parts.clock);
    return routes
        .at(
            POST,
            "/v1/notifications",
            new PublishEndpoint(callers, hub, parts.metrics, parts.ticker))
        .at(GET, "/v1/notifications", new HistoryEndpoint(callers, hub, parts.stopping, parts.full))
        .at(GET, "/v1/notifications/{}", notification.one())
        .at(DELETE, "/v1/notifications/{}", notification.withdraw())
        .at(GET, "/v1/notifications/{}/raw", notification.raw())
        .at(GET, "/v1/stream", new StreamEndpoint(callers, parts.clock, turnedAway))
        .at(GET, "/v1/ws", new WebSocketEndpoint(callers, parts.clock, parts.ticker, turnedAway))
        .at(GET, "/v1/presence", new PresenceEndpoint(callers, hub))
        .at(GET, "/v1/session", session.show())
        .at(POST, "/v1/session", session.start())
        .at(DELETE, "/v1/session", session.end())
        .at(POST, "/v1/tickets", new TicketEndpoint(callers, access.tickets))
        .at(GET, "/status", Health.status())
        .at(GET, "/health/live", Health.live())
        .at(GET, "/health/ready", Health.ready(callers, parts.readiness))
        .at(GET, "/metrics", parts.metrics.endpoint(callers))
        .at(GET, "/openapi.yaml", StaticFiles.of("tidings/protocol"))
        .otherwise(parts.page);
  }
}
