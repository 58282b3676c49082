package tidings.http.api;

import java.util.List;
import tidings.core.access.Caller;
import tidings.core.access.Tickets;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.NotificationJson;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** {@code POST /v1/tickets} (protocol/access.md). */
final class TicketEndpoint implements Endpoint {
  private final Callers callers;
  private final Tickets tickets;

  TicketEndpoint(Callers callers, Tickets tickets) {
    this.callers = callers;
    this.tickets = tickets;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(List.of());
    callers.identify(exchange, caller -> issue(exchange, caller));
  }

  private void issue(Exchange exchange, Caller caller) {
    if (caller.isAnonymous()) {
      throw Problem.of(Problem.Kind.UNAUTHENTICATED, "no token (a ticket stands for one)")
          .refusal();
    }
    Tickets.Issued issued = tickets.issue(caller);
    exchange.respond(
        Response.json(
            201,
            JsonWriter.object(128)
                .text("ticket", issued.secret())
                .text("expires", NotificationJson.time(issued.expires()))
                .bytes()));
  }
}
