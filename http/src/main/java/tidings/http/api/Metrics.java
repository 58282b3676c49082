package tidings.http.api;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import tidings.core.delivery.Dispatcher;
import tidings.core.delivery.Hub;
import tidings.core.delivery.Traffic;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/**
 * What the hub counts, in Prometheus' text format. Most is read where it is counted anyway, when it
 * is asked for. Thread-safe.
 */
public final class Metrics {
  private static final double NANOS = 1e-9;

  private final PrometheusRegistry registry;
  private final Histogram replies;

  /**
   * Registers the hub's metrics.
   *
   * @param registry where sources and others register theirs too
   */
  public Metrics(PrometheusRegistry registry, Hub hub) {
    this.registry = registry;
    JvmMetrics.builder().register(registry);
    this.replies =
        Histogram.builder()
            .name("tidings_publish_reply_seconds")
            .help("Time from a whole publish request to its answer.")
            .classicOnly()
            .classicUpperBounds(.0005, .001, .002, .005, .01, .025, .05, .1, .25, 1, 5)
            .register(registry);
    long before = hub.log().end();
    counter("tidings_appended", "Entries stored since the start.", () -> hub.log().end() - before);
    counter("tidings_delivered", "Notifications written to streams.", sum(hub, Traffic::delivered));
    counter(
        "tidings_replayed",
        "Notifications among the delivered that were read again from tail or log.",
        sum(hub, Traffic::replayed));
    counter("tidings_fell_behind", "Times a stream fell behind.", sum(hub, Traffic::fellBehind));
    counter("tidings_gaps", "Gaps announced for retention.", sum(hub, Traffic::gaps));
    gauge("tidings_streams", "Open streams.", sum(hub, Traffic::subscribers));
    gauge("tidings_users_present", "Users who listen.", hub::listeners);
    gauge("tidings_writer_waiting", "Entries that wait to be stored.", hub.log()::waiting);
    gauge("tidings_log_end", "Newest position.", hub.log()::end);
    gauge("tidings_log_low_water", "Lowest position kept.", hub.log()::lowWater);
    gauge("tidings_tail_entries", "Entries held in memory.", hub::tailEntries);
  }

  private static LongSupplier sum(Hub hub, ToLongFunction<Traffic> counter) {
    return () -> {
      long sum = 0;
      for (Dispatcher dispatcher : hub.dispatchers()) {
        sum += counter.applyAsLong(dispatcher.traffic());
      }
      return sum;
    };
  }

  private void counter(String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  private void gauge(String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  /** Registers how many connections are open. */
  public void connections(IntSupplier open) {
    gauge("tidings_connections", "Open connections.", open::getAsInt);
  }

  /** Counts a publish that was answered, after so many nanoseconds. Any thread. */
  void published(long nanos) {
    replies.observe(nanos * NANOS);
  }

  /** {@code GET /metrics}. */
  Endpoint endpoint(Callers callers) {
    return exchange -> callers.inspect(exchange, inside -> answer(exchange, inside));
  }

  private void answer(Exchange exchange, boolean inside) {
    if (!inside) {
      throw Problem.of(
              Problem.Kind.FORBIDDEN,
              "metrics are for this machine, or a token that may operate the hub")
          .refusal();
    }
    exchange.blocking(() ->
        exchange.respond(
            Response.of(200, PrometheusTextFormatWriter.CONTENT_TYPE, text())
                .header("Cache-Control", "no-store")));
  }

  private byte[] text() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 << 10);
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
