package tidings.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tidings.core.delivery.Hub;
import tidings.core.intake.Parking;
import tidings.http.api.Readiness;
import tidings.rabbitmq.Counters;
import tidings.rabbitmq.Format;
import tidings.rabbitmq.RabbitQueue;
import tidings.rabbitmq.RabbitSettings;
import tidings.rabbitmq.RabbitSource;
import tidings.rabbitmq.Status;
import tidings.rabbitmq.Surroundings;
import tidings.server.config.RabbitSourceConfig;
import tidings.server.config.Secret;

/** The configured sources, by name. Thread-safe once made. */
final class Sources {
  private final Map<String, RabbitSource> sources = new LinkedHashMap<>();

  Sources(List<RabbitSourceConfig> configs, Hub hub, Parking parking, Surroundings surroundings) {
    for (RabbitSourceConfig config : configs) {
      sources.put(
          config.name(),
          new RabbitSource(
              settings(config), hub.intake(), parking, hub.log().reader(), surroundings));
    }
  }

  void start() {
    sources.values().forEach(RabbitSource::start);
  }

  /** What is wrong with which; empty if all is well. Does not block. */
  List<Readiness.Reason> troubles() {
    List<Readiness.Reason> troubles = new ArrayList<>();
    sources.forEach((name, source) -> {
      if (source.status() instanceof Status.Down down) {
        troubles.add(
            new Readiness.Reason(
                "source " + name, down.reason() + " (since " + down.since() + ")"));
      }
    });
    return troubles;
  }

  void register(PrometheusRegistry registry) {
    GaugeWithCallback.builder()
        .name("tidings_source_up")
        .help("Whether messages flow from a source.")
        .labelNames("source")
        .callback(gauge ->
            sources.forEach(
                (name, source) -> gauge.call(source.status() instanceof Status.Up ? 1 : 0, name)))
        .register(registry);
    counter(registry, "received", "Deliveries, repeated ones included.", Counters::received);
    counter(registry, "appended", "Messages that the log took.", Counters::appended);
    counter(registry, "repeated", "Deliveries that the log had already.", Counters::repeated);
    counter(registry, "parked", "Messages that could not be read.", Counters::parked);
  }

  private void counter(
      PrometheusRegistry registry,
      String what,
      String help,
      Function<Counters, LongAdder> counted) {
    CounterWithCallback.builder()
        .name("tidings_source_" + what)
        .help(help)
        .labelNames("source")
        .callback(counter ->
            sources.forEach((name, source) ->
                counter.call(counted.apply(source.counters()).doubleValue(), name)))
        .register(registry);
  }

  /**
   * Stops all at once, each on a thread of its own, since a stop must not fail where requests are
   * refused; each waits up to 5 s for what the store was given.
   *
   * @return done when all have stopped
   */
  CompletableFuture<Void> stop() {
    return CompletableFuture.allOf(
        sources.values().stream()
            .map(source -> CompletableFuture.runAsync(source::close, Thread::startVirtualThread))
            .toArray(CompletableFuture<?>[]::new));
  }

  private static RabbitSettings settings(RabbitSourceConfig config) {
    return new RabbitSettings(
        config.name(),
        config.url()::value,
        secret(config.username()),
        secret(config.password()),
        queue(config),
        config.prefetch(),
        config.publisher(),
        switch (config.format()) {
          case NASQUERON -> Format.nasqueron(config.rawContentMax());
          case TIDINGS -> Format.TIDINGS;
        },
        config.deadLetterExchange());
  }

  private static RabbitSettings.@Nullable Secret secret(@Nullable Secret secret) {
    return secret == null ? null : secret::value;
  }

  private static RabbitQueue queue(RabbitSourceConfig config) {
    String name = config.queue().name();
    return switch (config.queue().kind()) {
      case EXCLUSIVE -> new RabbitQueue.Exclusive(name, exchange(config), config.bindings());
      case QUORUM ->
          new RabbitQueue.Quorum(Objects.requireNonNull(name), exchange(config), config.bindings());
      case PASSIVE -> new RabbitQueue.Passive(Objects.requireNonNull(name));
    };
  }

  /** The exchange, which a configuration that was accepted has unless the queue is passive. */
  private static String exchange(RabbitSourceConfig config) {
    return Objects.requireNonNull(config.exchange());
  }
}
