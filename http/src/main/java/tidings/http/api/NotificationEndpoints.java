package tidings.http.api;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import tidings.core.access.Caller;
import tidings.core.delivery.Hub;
import tidings.core.delivery.Interest;
import tidings.core.filter.Filter;
import tidings.core.inbox.Preferences;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** {@code /v1/notifications/{id}} and {@code …/raw}: one notification (protocol/reading.md). */
public final class NotificationEndpoints {
  private final Callers callers;
  private final Hub hub;

  public NotificationEndpoints(Callers callers, Hub hub) {
    this.callers = callers;
    this.hub = hub;
  }

  /** {@code GET /v1/notifications/{id}}. */
  public Endpoint one() {
    return exchange -> reading(exchange, caller -> one(exchange, caller));
  }

  private void one(Exchange exchange, Caller caller) {
    UUID id = NotificationId.of(exchange.request()).orElseThrow(NotificationId::notFound);
    Entry entry = given(caller, hub.history().find(caller, id));
    Interest interest = Interest.of(caller, Filter.NONE, Preferences.NONE);
    exchange.respond(Response.json(200, new Pages(hub.log().epochs()).item(entry, interest)));
  }

  /** {@code GET /v1/notifications/{id}/raw}. */
  public Endpoint raw() {
    return exchange -> reading(exchange, caller -> raw(exchange, caller));
  }

  private void raw(Exchange exchange, Caller caller) {
    if (!caller.grant().raw()) {
      throw Problem.of(Problem.Kind.FORBIDDEN, "not granted to read raw originals").refusal();
    }
    UUID id = NotificationId.of(exchange.request()).orElseThrow(NotificationId::notFound);
    byte[] raw = given(caller, hub.history().raw(caller, id));
    exchange.respond(
        Response.of(200, "application/octet-stream", raw)
            .header("Content-Disposition", "attachment")
            .header("Cache-Control", "no-store"));
  }

  /** {@code DELETE /v1/notifications/{id}}. */
  public Endpoint withdraw() {
    return exchange -> {
      exchange.request().allowParameters(List.of());
      callers.identify(exchange, caller -> exchange.blocking(() -> withdraw(exchange, caller)));
    };
  }

  private void withdraw(Exchange exchange, Caller caller) {
    UUID id = NotificationId.of(exchange.request()).orElseThrow(NotificationId::notFound);
    hub.log()
        .withdraw(
            id,
            caller.publisher(),
            new Append.Outcome() {
              @Override
              public void stored(List<Append.Receipt> receipts) {
                exchange.respond(Response.empty(204).header("Cache-Control", "no-store"));
              }

              @Override
              public void refused(Problem problem) {
                if (problem.kind() == Problem.Kind.NOT_FOUND) {
                  exchange.onLoop(() -> exchange.reading(() -> notTheirs(exchange, caller, id)));
                } else {
                  exchange.refuse(problem);
                }
              }
            });
  }

  /** A reader is told that it is not theirs; for everyone else there is no such thing. */
  private void notTheirs(Exchange exchange, Caller caller, UUID id) {
    if (hub.history().find(caller, id).isEmpty()) {
      throw NotificationId.notFound();
    }
    exchange.refuse(
        Problem.of(Problem.Kind.FORBIDDEN, "only its publisher may withdraw a notification"));
  }

  /** What was read, unless the credentials ended meanwhile, or there is no such thing. */
  private <T> T given(Caller caller, Optional<T> read) {
    callers.checkHolds(caller);
    return read.orElseThrow(NotificationId::notFound);
  }

  /** Goes on with the caller where it may block. */
  private void reading(Exchange exchange, Consumer<Caller> next) {
    exchange.request().allowParameters(List.of());
    callers.identify(exchange, caller -> exchange.reading(() -> next.accept(caller)));
  }
}
