package tidings.http.api;

import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import tidings.core.access.Authenticator;
import tidings.core.delivery.Hub;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Router;
import tidings.http.limit.Limits;
import tidings.http.limit.Usage;
import tidings.http.page.StaticFiles;
import tidings.http.stream.StreamEndpoint;

/** Every call of the protocol at its path. */
public final class Routes {
  private Routes() {}

  /**
   * What the calls need.
   *
   * @param limits how much is taken on
   * @param stopping whether the hub stops: new streams are sent away, nobody waits
   * @param full whether the hub has all it can hold: new streams are sent away, nobody waits
   * @param readiness called on event loops: must not block
   * @param page answers all other paths
   * @param ticker monotonic nanoseconds
   */
  public record Parts(
      Hub hub,
      Authenticator authenticator,
      Metrics metrics,
      Limits limits,
      BooleanSupplier stopping,
      BooleanSupplier full,
      Supplier<Readiness> readiness,
      Endpoint page,
      InstantSource clock,
      LongSupplier ticker) {}

  /** The routes of version 1. */
  public static Router of(Parts parts) {
    Hub hub = parts.hub;
    Callers callers = new Callers(parts.authenticator, new Usage(parts.limits, parts.ticker));
    NotificationEndpoints notification = new NotificationEndpoints(callers, hub);
    return new Router.Builder()
        .at(
            POST,
            "/v1/notifications",
            new PublishEndpoint(callers, hub, parts.metrics, parts.ticker))
        .at(GET, "/v1/notifications", new HistoryEndpoint(callers, hub, parts.stopping, parts.full))
        .at(GET, "/v1/notifications/{}", notification.one())
        .at(DELETE, "/v1/notifications/{}", notification.withdraw())
        .at(GET, "/v1/notifications/{}/raw", notification.raw())
        .at(
            GET,
            "/v1/stream",
            new StreamEndpoint(
                callers,
                parts.clock,
                () -> parts.stopping.getAsBoolean() || parts.full.getAsBoolean()))
        .at(GET, "/v1/session", new SessionEndpoint(callers))
        .at(GET, "/status", Health.status())
        .at(GET, "/health/live", Health.live())
        .at(GET, "/health/ready", Health.ready(callers, parts.readiness))
        .at(GET, "/metrics", parts.metrics.endpoint(callers))
        .at(GET, "/openapi.yaml", StaticFiles.of("tidings/protocol"))
        .otherwise(parts.page);
  }
}
