package tidings.http.stream;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscription;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;

/** {@code GET /v1/stream}: turns a request into a subscriber (protocol/sse.md). */
public final class StreamEndpoint implements Endpoint {
  private static final List<String> PARAMETERS =
      Stream.concat(
              ReadParameters.NAMES.stream(), Stream.of("after", "lastEventId", Callers.TICKET))
          .toList();

  private static final int WAIT_MAX_S = 3_600;

  private final Callers callers;
  private final InstantSource clock;
  private final BooleanSupplier turnedAway;

  /**
   * @param turnedAway whether no new streams are taken now: the client is told to come back
   */
  public StreamEndpoint(Callers callers, InstantSource clock, BooleanSupplier turnedAway) {
    this.callers = callers;
    this.clock = clock;
    this.turnedAway = turnedAway;
  }

  @Override
  public boolean answersHead() {
    return false;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(PARAMETERS);
    callers.identifyByTicket(exchange, caller -> open(exchange, caller));
  }

  private void open(Exchange exchange, Caller caller) {
    Request request = exchange.request();
    Subscription subscription =
        Subscription.of(
            caller,
            ReadParameters.filter(request, callers.usage().limits().patternsPerStream()),
            start(request));
    if (turnedAway.getAsBoolean() || !callers.enterStream(exchange, caller)) {
      turnAway(exchange, 0); // with its ticket, which is good for a moment
      return;
    }
    callers.useTicket(exchange);
    SseOutlet outlet = begin(exchange);
    try {
      outlet.attach(exchange.dispatcher().subscribe(subscription, outlet));
    } catch (RuntimeException | Error e) { // an answer has begun: it can only be broken off
      outlet.breakOff();
      throw e;
    }
  }

  @Override
  public void handleOverload(Exchange exchange, Problem problem, int waitS) {
    turnAway(exchange, waitS);
  }

  /** For a moment: any status but 200 would end an EventSource for good. */
  private void turnAway(Exchange exchange, int waitS) {
    int soonest = 1_000 * Math.clamp(waitS, 1, WAIT_MAX_S);
    begin(exchange).end(Outlet.Ending.DRAIN, soonest + ThreadLocalRandom.current().nextInt(8_000));
  }

  private SseOutlet begin(Exchange exchange) {
    SseOutlet outlet =
        new SseOutlet(
            exchange.request().isChunked() ? SseEncoding.CHUNKED : SseEncoding.PLAIN, clock);
    exchange.takeOver(Response.events(), outlet);
    return outlet;
  }

  /** Where it begins: the header wins over what polyfills send, and that over {@code after}. */
  private static Start start(Request request) {
    String lastEventId = given(request.header("Last-Event-ID"));
    if (lastEventId == null) {
      lastEventId = given(request.parameter("lastEventId"));
    }
    return lastEventId != null
        ? new Start.After(lastEventId)
        : ReadParameters.start(given(request.parameter("after")));
  }

  private static @Nullable String given(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
