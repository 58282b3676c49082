package tidings.http.api;

import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.Hub;
import tidings.core.log.Append;
import tidings.core.notification.Draft;
import tidings.core.problem.Problem;
import tidings.gates.tidings.DraftReader;
import tidings.gates.tidings.Drafts;
import tidings.http.exchange.BodyReader;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Response;
import tidings.http.limit.Rate;

/**
 * {@code POST /v1/notifications}: one notification, an array, or lines (protocol/publishing.md).
 */
public final class PublishEndpoint implements Endpoint {
  static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  /** What takes longer to read than a loop's other connections should wait. */
  private static final int LOOP_BYTES_MAX = 64 << 10;

  private final Callers callers;
  private final Hub hub;
  private final Metrics metrics;
  private final LongSupplier ticker;
  private final int bodyBytesMax;

  /**
   * @param ticker monotonic nanoseconds
   */
  public PublishEndpoint(Callers callers, Hub hub, Metrics metrics, LongSupplier ticker) {
    this.callers = callers;
    this.hub = hub;
    this.metrics = metrics;
    this.ticker = ticker;
    this.bodyBytesMax = callers.usage().limits().bodyBytes();
  }

  @Override
  public int bodyBytesMax() {
    return bodyBytesMax;
  }

  @Override
  public @Nullable BodyReader reader(Exchange exchange) {
    if (!PublishLines.isMeant(exchange.request())) {
      return null;
    }
    PublishLines lines = new PublishLines(exchange, callers, hub);
    callers.identify(
        exchange,
        caller -> {
          check(exchange, caller);
          lines.begin(caller);
        });
    return lines;
  }

  /** What is checked once the caller is known, and before the body is looked at. */
  private static void check(Exchange exchange, Caller caller) {
    if (caller.isAnonymous()) {
      throw Problem.of(Problem.Kind.UNAUTHENTICATED, "no token (expected one that may publish)")
          .refusal();
    }
    exchange.request().allowParameters(List.of());
    if (PublishType.of(exchange.request()) == PublishType.NDJSON
        && exchange.request().header(IDEMPOTENCY_KEY) != null) {
      throw keyOfSeveral().refusal();
    }
  }

  private static Problem keyOfSeveral() {
    return new Problem(
        Problem.Kind.INVALID_REQUEST,
        "an Idempotency-Key for several notifications (expected a ref in each)",
        IDEMPOTENCY_KEY);
  }

  @Override
  public void handleTooLarge(Exchange exchange, Problem problem) {
    callers.identify(
        exchange,
        caller -> {
          check(exchange, caller);
          exchange.refuse(problem);
        });
  }

  @Override
  public void handle(Exchange exchange) {
    long begun = ticker.getAsLong();
    callers.identify(
        exchange,
        caller -> {
          check(exchange, caller);
          long wait = callers.usage().publish(caller);
          if (wait > 0) {
            exchange.respond(
                ProblemDocument.response(
                    Problem.of(
                        Problem.Kind.RATE_LIMITED,
                        "too many notifications of yours (expected at most %d a second)"
                            .formatted(callers.usage().limits().publishesPerSecond())),
                    Rate.seconds(wait)));
            return;
          }
          byte[] json = ByteBufUtil.getBytes(exchange.body());
          if (json.length > LOOP_BYTES_MAX) {
            exchange.blocking(() -> publish(exchange, caller, json, begun));
          } else {
            publish(exchange, caller, json, begun);
          }
        });
  }

  private void publish(Exchange exchange, Caller caller, byte[] json, long begun) {
    String key = exchange.request().header(IDEMPOTENCY_KEY);
    Drafts drafts = DraftReader.read(json);
    callers.usage().publishMore(caller, drafts.drafts().size() - 1);
    Reply reply = new Reply(exchange, drafts.array(), begun);
    if (!drafts.array()) {
      Draft draft = drafts.drafts().getFirst();
      hub.intake().publish(caller, key == null ? draft : identified(draft, key), reply);
    } else if (key == null) {
      hub.intake().publish(caller, drafts.drafts(), reply);
    } else {
      throw keyOfSeveral().refusal();
    }
  }

  private static Draft identified(Draft draft, String key) {
    if (draft.ref() != null && !draft.ref().equals(key)) {
      throw new Problem(
              Problem.Kind.INVALID_REQUEST,
              "Idempotency-Key and ref differ (expected one of them, or the same)",
              IDEMPOTENCY_KEY)
          .refusal();
    }
    return draft.withRef(key);
  }

  /** Answers when the log has taken the notifications, or has not. */
  private final class Reply implements Append.Outcome {
    private final Exchange exchange;
    private final boolean array;
    private final long begun;

    Reply(Exchange exchange, boolean array, long begun) {
      this.exchange = exchange;
      this.array = array;
      this.begun = begun;
    }

    @Override
    public void stored(List<Append.Receipt> stored) {
      Receipts receipts = new Receipts(hub.log().epochs());
      Append.Receipt first = stored.getFirst();
      exchange.respond(
          array
              ? Response.json(201, receipts.array(stored))
              : Response.json(201, receipts.json(first).getBytes(StandardCharsets.US_ASCII))
                  .header("Location", exchange.request().link("/v1/notifications/" + first.id())));
      metrics.published(ticker.getAsLong() - begun);
    }

    @Override
    public void refused(Problem problem) {
      exchange.refuse(problem);
    }
  }
}
