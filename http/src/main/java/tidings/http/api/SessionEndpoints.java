package tidings.http.api;

import java.util.List;
import tidings.core.access.Caller;
import tidings.core.access.Sessions;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.NotificationJson;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;
import tidings.http.exchange.SessionCookie;
import tidings.http.limit.Limits;
import tidings.http.limit.Rate;
import tidings.http.limit.Usage;

/** {@code /v1/session}: who am I, sign in, sign out (protocol/access.md). */
final class SessionEndpoints {
  private static final Problem TOO_OFTEN =
      Problem.of(
          Problem.Kind.RATE_LIMITED,
          "too many sessions of yours were started (expected at most %d a minute)"
              .formatted(Usage.SIGN_INS_PER_MINUTE));

  private final Callers callers;
  private final Sessions sessions;
  private final SessionCookie cookie;

  SessionEndpoints(Callers callers, Sessions sessions, SessionCookie cookie) {
    this.callers = callers;
    this.sessions = sessions;
    this.cookie = cookie;
  }

  /** {@code GET /v1/session}. */
  Endpoint show() {
    return exchange -> {
      exchange.request().allowParameters(List.of());
      callers.identify(exchange, caller -> exchange.respond(Response.json(200, json(caller))));
    };
  }

  /** {@code POST /v1/session}. */
  Endpoint start() {
    return exchange -> {
      exchange.request().allowParameters(List.of(Callers.TICKET));
      callers.identifyStarter(exchange, caller -> start(exchange, caller));
    };
  }

  private void start(Exchange exchange, Caller caller) {
    long wait = callers.usage().signIns().take(caller.publisher());
    if (wait > 0) {
      exchange.turnAway(TOO_OFTEN, Rate.seconds(wait));
      return;
    }
    callers.useTicket(exchange); // not before: who is turned away comes back with it
    exchange.signsIn();
    Stored.respond(
        exchange,
        sessions.start(caller),
        started ->
            Response.json(201, json(started.caller()))
                .header("Set-Cookie", cookie.set(started.secret(), started.lasting())));
  }

  /** {@code DELETE /v1/session}. */
  Endpoint end() {
    return exchange -> {
      exchange.request().allowParameters(List.of());
      Stored.respond(
          exchange,
          callers.signOut(exchange),
          _ ->
              Response.empty(204)
                  .header("Set-Cookie", cookie.clear())
                  .header("Cache-Control", "no-store"));
    };
  }

  private byte[] json(Caller caller) {
    return JsonWriter.object(640)
        .text("user", caller.user())
        .json("grants", GrantJson.of(caller.grant()))
        .text("expires", caller.expires() == null ? null : NotificationJson.time(caller.expires()))
        .json("limits", json(callers.usage().limits()))
        .bytes();
  }

  private static String json(Limits limits) {
    JsonWriter json =
        JsonWriter.object(256)
            .number("connections", limits.connections())
            .number("connectionsPerAddress", limits.connectionsPerAddress())
            .number("connectionsPerUser", limits.connectionsPerUser())
            .number("streamsPerUser", limits.streamsPerUser())
            .number("patternsPerStream", limits.patternsPerStream())
            .number("requests", limits.requests())
            .number("failedLoginsPerMinute", limits.failedLoginsPerMinute())
            .number("headerBytes", limits.headerBytes())
            .number("bodyBytes", limits.bodyBytes());
    Integer publishes = limits.publishesPerSecond();
    return (publishes == null ? json : json.number("publishesPerSecond", publishes)).end();
  }
}
