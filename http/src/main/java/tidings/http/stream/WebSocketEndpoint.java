package tidings.http.stream;

import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import tidings.core.delivery.Subscriber;
import tidings.core.delivery.Subscription;
import tidings.core.filter.Filter;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** {@code GET /v1/ws}: the same stream over a WebSocket (protocol/websocket.md). */
public final class WebSocketEndpoint extends Opening {
  private final LongSupplier ticker;

  /**
   * @param ticker monotonic nanoseconds
   * @param turnedAway whether no new streams are taken now: the client is told to come back
   */
  public WebSocketEndpoint(
      Callers callers, InstantSource clock, LongSupplier ticker, BooleanSupplier turnedAway) {
    super(callers, clock, turnedAway);
    this.ticker = ticker;
  }

  @Override
  public void handle(Exchange exchange) {
    Response refusal = WebSocketHandshake.refusal(exchange.request());
    if (refusal != null) {
      exchange.respond(refusal);
      return;
    }
    callers.checkOrigin(exchange.request());
    super.handle(exchange);
  }

  @Override
  void begin(Exchange exchange, Filter filter, Subscription subscription) {
    WebSocketOutlet outlet = new WebSocketOutlet(clock, ticker, callers.patience());
    Subscriber subscriber =
        begin(exchange, WebSocketHandshake.accept(exchange.request()), outlet, subscription);
    outlet.attach(
        new Dialogue(exchange, callers, subscription.caller(), filter, subscriber, outlet::answer));
  }
}
