package tidings.http.api;

import java.util.List;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.NotificationJson;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;
import tidings.http.limit.Limits;

/** {@code GET /v1/session}: who am I (protocol/access.md). */
public final class SessionEndpoint implements Endpoint {
  private final Callers callers;

  public SessionEndpoint(Callers callers) {
    this.callers = callers;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(List.of());
    callers.identify(
        exchange,
        caller -> exchange.respond(Response.json(200, json(caller, callers.usage().limits()))));
  }

  private static byte[] json(Caller caller, Limits limits) {
    Grant grant = caller.grant();
    String grants =
        JsonWriter.object(256)
            .texts("publish", texts(grant.publish()))
            .texts("subscribe", texts(grant.subscribe()))
            .bool("presence", grant.presence())
            .bool("raw", grant.raw())
            .bool("operate", grant.operate())
            .end();
    return JsonWriter.object(384)
        .text("user", caller.user())
        .json("grants", grants)
        .text("expires", caller.expires() == null ? null : NotificationJson.time(caller.expires()))
        .json("limits", json(limits))
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

  private static List<String> texts(List<AddressPattern> patterns) {
    return patterns.stream().map(AddressPattern::toString).toList();
  }
}
