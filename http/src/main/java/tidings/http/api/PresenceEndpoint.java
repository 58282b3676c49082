package tidings.http.api;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.delivery.Hub;
import tidings.core.notification.Address;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.NotificationJson;
import tidings.core.presence.Listener;
import tidings.core.presence.Page;
import tidings.core.presence.Query;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;
import tidings.http.stream.ReadParameters;

/** {@code GET /v1/presence}: who listens now (protocol/presence.md). */
final class PresenceEndpoint implements Endpoint {

  private static final int USERS_MAX = 100;
  private static final int LIMIT = 100;
  private static final int LIMIT_MAX = 1_000;

  private final Callers callers;
  private final Hub hub;

  PresenceEndpoint(Callers callers, Hub hub) {
    this.callers = callers;
    this.hub = hub;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(List.of("user", "to", "after", "limit"));
    callers.identify(exchange, caller -> list(exchange, caller));
  }

  private void list(Exchange exchange, Caller caller) {
    if (!caller.grant().presence()) {
      throw Problem.of(
              caller.isAnonymous() ? Problem.Kind.UNAUTHENTICATED : Problem.Kind.FORBIDDEN,
              "not granted to see who listens")
          .refusal();
    }
    Request request = exchange.request();
    String after = request.parameter("after");
    Query query =
        new Query(
            Set.copyOf(
                ReadParameters.values(request, "user", USERS_MAX).stream()
                    .map(text -> user("user", text))
                    .toList()),
            after == null ? null : user("after", after),
            ReadParameters.limit(request, LIMIT, LIMIT_MAX));
    String text = request.parameter("to");
    Address to = text == null ? null : address(text, caller.grant());
    exchange.reading(() -> {
      Page page = hub.listeners(query, to).join(); // the loops take their turns meanwhile
      callers.checkHolds(caller);
      exchange.respond(Response.json(200, json(page)));
    });
  }

  private static String user(String parameter, String text) {
    return ReadParameters.read(parameter, text, Address.User::new).id();
  }

  private static Address address(String text, Grant grant) {
    Address address = ReadParameters.read("to", text, Address::of);
    if (!grant.mayRead(address) && !grant.mayPublish(address)) {
      throw new Problem(
              Problem.Kind.FORBIDDEN,
              "to: granted neither to read nor to publish to \"" + address + "\"",
              "to")
          .refusal();
    }
    return address;
  }

  private static byte[] json(Page page) {
    String items =
        page.items().stream()
            .map(PresenceEndpoint::json)
            .collect(Collectors.joining(",", "[", "]"));
    return JsonWriter.object(64 + items.length())
        .json("items", items)
        .bool("more", page.more())
        .bytes();
  }

  private static String json(Listener listener) {
    return JsonWriter.object(96)
        .text("user", listener.user())
        .number("streams", listener.streams())
        .text("since", NotificationJson.time(listener.since()))
        .end();
  }
}
