package tidings.http.api;

import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import tidings.core.access.Caller;
import tidings.core.delivery.Hub;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** {@code /v1/preferences}: what a user follows and does not want (protocol/preferences.md). */
final class PreferencesEndpoints {
  private static final Set<String> FIELDS = Set.of("follows", "mutes", "quiet", "rev");

  private final Callers callers;
  private final Hub hub;
  private final InstantSource clock;

  PreferencesEndpoints(Callers callers, Hub hub, InstantSource clock) {
    this.callers = callers;
    this.hub = hub;
    this.clock = clock;
  }

  /** {@code GET /v1/preferences}. */
  Endpoint show() {
    return exchange -> {
      exchange.request().allowParameters(List.of());
      callers.identifyUser(
          exchange,
          caller ->
              Stored.respond(
                  exchange,
                  hub.inboxes().person(caller),
                  person -> {
                    callers.checkHolds(caller);
                    return answer(person);
                  }));
    };
  }

  /** {@code PUT /v1/preferences}. */
  Endpoint save() {
    return new Endpoint() {
      @Override
      public int bodyBytesMax() {
        return Fields.BYTES_MAX;
      }

      @Override
      public void handle(Exchange exchange) {
        exchange.request().allowParameters(List.of());
        callers.identifyUser(exchange, caller -> save(exchange, caller));
      }
    };
  }

  private void save(Exchange exchange, Caller caller) {
    Fields fields = Fields.of(exchange, FIELDS);
    Preferences wanted = PreferencesJson.read(fields);
    OptionalLong rev = fields.number("rev");
    exchange.reading(() -> {
      callers.checkHolds(caller); // it may have waited for its turn
      exchange.respond(answer(hub.inboxes().save(caller, wanted, rev)));
    });
  }

  private Response answer(Person person) {
    return Response.json(200, PreferencesJson.write(person, clock.instant(), hub.log().epochs()));
  }
}
