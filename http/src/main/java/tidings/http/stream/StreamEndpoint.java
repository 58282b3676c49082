package tidings.http.stream;

import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Subscription;
import tidings.core.filter.Filter;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** {@code GET /v1/stream}: server-sent events (protocol/sse.md). */
public final class StreamEndpoint extends Opening {
  private static final int WAIT_MAX_S = 3_600;

  /**
   * @param turnedAway whether no new streams are taken now: the client is told to come back
   */
  public StreamEndpoint(Callers callers, InstantSource clock, BooleanSupplier turnedAway) {
    super(callers, clock, turnedAway);
  }

  @Override
  void begin(Exchange exchange, Filter filter, Subscription subscription) {
    var _ = begin(exchange, Response.events(), outlet(exchange), subscription);
  }

  /** For a moment: any status but 200 would end an EventSource for good. */
  @Override
  public void handleOverload(Exchange exchange, Problem problem, int waitS) {
    SseOutlet outlet = outlet(exchange);
    exchange.takeOver(Response.events(), outlet);
    int soonest = 1_000 * Math.clamp(waitS, 1, WAIT_MAX_S);
    outlet.end(Outlet.Ending.DRAIN, soonest + ThreadLocalRandom.current().nextInt(8_000));
  }

  private SseOutlet outlet(Exchange exchange) {
    return new SseOutlet(
        exchange.request().isChunked() ? SseEncoding.CHUNKED : SseEncoding.PLAIN,
        clock,
        callers.patience());
  }
}
