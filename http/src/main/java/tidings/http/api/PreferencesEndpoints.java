package tidings.http.api;

import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import tidings.core.delivery.Hub;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Response;

/** {@code /v1/preferences}: what a user follows and does not want (protocol/preferences.md). */
final class PreferencesEndpoints {
  private static final Set<String> FIELDS = Set.of("follows", "mutes", "quiet", "rev");

  private final UserCalls calls;
  private final Hub hub;
  private final InstantSource clock;

  PreferencesEndpoints(Callers callers, Hub hub, InstantSource clock) {
    this.calls = new UserCalls(callers);
    this.hub = hub;
    this.clock = clock;
  }

  /** {@code GET /v1/preferences}. */
  Endpoint show() {
    return calls.reading(
        List.of(), (exchange, caller) -> () -> answer(hub.inboxes().person(caller)));
  }

  /** {@code PUT /v1/preferences}. */
  Endpoint save() {
    return calls.changing(
        List.of(),
        (exchange, caller) -> {
          Fields fields = Fields.of(exchange, FIELDS);
          Preferences wanted = PreferencesJson.read(fields);
          OptionalLong rev = fields.number("rev");
          return () -> answer(hub.inboxes().save(caller, wanted, rev));
        });
  }

  private Response answer(Person person) {
    return Response.json(200, PreferencesJson.write(person, clock.instant(), hub.log().epochs()));
  }
}
