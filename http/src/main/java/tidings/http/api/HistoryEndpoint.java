package tidings.http.api;

import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.History;
import tidings.core.delivery.Hub;
import tidings.core.delivery.Interest;
import tidings.core.delivery.Start;
import tidings.core.filter.Filter;
import tidings.core.inbox.Words;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;
import tidings.http.exchange.Router;
import tidings.http.stream.ReadParameters;

/** {@code GET /v1/notifications}: pages of history, and the long poll (protocol/reading.md). */
public final class HistoryEndpoint implements Endpoint {
  private static final List<String> PARAMETERS =
      Stream.concat(
              ReadParameters.NAMES.stream(), Stream.of("before", "after", "limit", "wait", "q"))
          .toList();

  private static final Pattern DURATION = Pattern.compile("(0|[1-9][0-9]{0,8})(ms|s|m|h|d)");
  private static final long WAIT_MAX_MS = 60_000;
  private static final int LIMIT = 50;
  private static final int LIMIT_MAX = 500;

  private final Callers callers;
  private final Hub hub;
  private final BooleanSupplier stopping;
  private final BooleanSupplier full;

  /**
   * @param stopping whether the hub stops: then nobody waits
   * @param full whether nobody who would wait is taken on now
   */
  public HistoryEndpoint(Callers callers, Hub hub, BooleanSupplier stopping, BooleanSupplier full) {
    this.callers = callers;
    this.hub = hub;
    this.stopping = stopping;
    this.full = full;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(PARAMETERS);
    callers.identify(
        exchange,
        caller -> {
          int patternsMax = callers.usage().limits().patternsPerStream();
          Filter filter = ReadParameters.filter(exchange.request(), patternsMax);
          callers.whenKnown(
              exchange,
              caller,
              filter,
              person -> read(exchange, caller, hub.interest(caller, filter, person)));
        });
  }

  private void read(Exchange exchange, Caller caller, Interest interest) {
    Request request = exchange.request();
    int limit = ReadParameters.limit(request, LIMIT, LIMIT_MAX);
    String before = request.parameter("before");
    String after = request.parameter("after");
    Duration wait = wait(request.parameter("wait"), after);
    Words words = ReadParameters.words(request);
    if (before != null && after != null) {
      throw invalid("before", "before and after (expected at most one of them)");
    }
    if (wait != null && words != null) {
      throw invalid("q", "q and wait (expected at most one of them)");
    }
    if (wait != null && request.method().equals(HttpMethod.HEAD)) {
      exchange.respond(Router.notAllowed(HttpMethod.HEAD, "GET"));
    } else if (wait != null && full.getAsBoolean()) {
      throw Problem.of(Problem.Kind.OVERLOADED, "too many who read").refusal();
    } else if (wait != null && !callers.enterStream(exchange, caller)) {
      throw Problem.of(Problem.Kind.RATE_LIMITED, "too many streams of yours at once").refusal();
    } else if (wait != null) {
      new LongPoll(exchange, callers, hub, caller, interest, limit, wait, stopping)
          .begin(start(after));
    } else if (after != null) {
      Start start = start(after);
      exchange.reading(() ->
          respond(
              exchange,
              caller,
              interest,
              words == null
                  ? hub.history().after(interest, start, limit)
                  : hub.history().after(interest, start, words, limit)));
    } else {
      String cursor = before == null ? null : ReadParameters.cursor("before", before).toString();
      exchange.reading(() ->
          respond(
              exchange,
              caller,
              interest,
              words == null
                  ? hub.history().before(interest, cursor, limit)
                  : hub.history().before(interest, cursor, words, limit)));
    }
  }

  private void respond(Exchange exchange, Caller caller, Interest interest, History.Page page) {
    callers.checkHolds(caller);
    exchange.respond(Response.json(200, new Pages(hub.log().epochs()).page(page, interest)));
  }

  private static Start start(@Nullable String after) {
    return ReadParameters.start(after == null ? "" : after);
  }

  private static @Nullable Duration wait(@Nullable String text, @Nullable String after) {
    if (text == null) {
      return null;
    }
    if (after == null) {
      throw invalid("wait", "wait without after (expected both)");
    }
    Matcher parts = DURATION.matcher(text);
    if (parts.matches()) {
      long ms =
          Long.parseLong(parts.group(1))
              * switch (parts.group(2)) {
                case "ms" -> 1;
                case "s" -> 1_000;
                case "m" -> 60_000;
                case "h" -> 3_600_000;
                default -> 86_400_000;
              };
      if (ms <= WAIT_MAX_MS) {
        return Duration.ofMillis(ms);
      }
    }
    throw invalid("wait", "wait is no duration up to 60s (expected for example 25s)");
  }

  private static Refusal invalid(String parameter, String detail) {
    return new Problem(Problem.Kind.INVALID_REQUEST, detail, parameter).refusal();
  }
}
