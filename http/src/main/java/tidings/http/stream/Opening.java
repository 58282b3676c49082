package tidings.http.stream;

import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscriber;
import tidings.core.delivery.Subscription;
import tidings.core.filter.Filter;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;

/** Turns a request into a subscriber, over whatever transport. */
abstract class Opening implements Endpoint {
  private static final List<String> PARAMETERS =
      Stream.concat(
              ReadParameters.NAMES.stream(), Stream.of("after", "lastEventId", Callers.TICKET))
          .toList();

  final Callers callers;
  final InstantSource clock;
  private final BooleanSupplier turnedAway;

  /**
   * @param turnedAway whether no new streams are taken now: the client is told to come back
   */
  Opening(Callers callers, InstantSource clock, BooleanSupplier turnedAway) {
    this.callers = callers;
    this.clock = clock;
    this.turnedAway = turnedAway;
  }

  @Override
  public final boolean answersHead() {
    return false;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(PARAMETERS);
    callers.identifyByTicket(exchange, caller -> open(exchange, caller));
  }

  private void open(Exchange exchange, Caller caller) {
    Request request = exchange.request();
    Filter filter = ReadParameters.filter(request, callers.usage().limits().patternsPerStream());
    Start start = start(request);
    callers.whenKnown(
        exchange,
        caller,
        filter,
        person ->
            open(
                exchange, filter, Subscription.of(caller, filter, person, start, clock.instant())));
  }

  private void open(Exchange exchange, Filter filter, Subscription subscription) {
    if (turnedAway.getAsBoolean()) {
      exchange.turnAway(Problem.of(Problem.Kind.OVERLOADED, "no more streams are taken now"));
    } else if (!callers.enterStream(exchange, subscription.caller())) {
      exchange.turnAway(
          Problem.of(
              Problem.Kind.RATE_LIMITED,
              "too many streams of yours (expected at most "
                  + callers.usage().limits().streamsPerUser()
                  + ")"));
    } else {
      callers.useTicket(exchange); // not before: who is turned away comes back with it
      begin(exchange, filter, subscription);
    }
  }

  /** Answers, and lets the stream begin. */
  abstract void begin(Exchange exchange, Filter filter, Subscription subscription);

  /** Begins an answer, and with it the subscriber of an outlet. */
  static Subscriber begin(
      Exchange exchange, Response head, StreamOutlet outlet, Subscription subscription) {
    exchange.takeOver(head, outlet);
    try {
      Subscriber subscriber = exchange.dispatcher().subscribe(subscription, outlet);
      outlet.attach(subscriber);
      return subscriber;
    } catch (RuntimeException | Error e) { // an answer has begun: it can only be broken off
      outlet.breakOff();
      throw e;
    }
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
