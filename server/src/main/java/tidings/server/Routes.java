package tidings.server;

import io.netty.handler.codec.http.HttpMethod;
import java.util.function.BooleanSupplier;
import tidings.core.access.Authenticator;
import tidings.core.delivery.Hub;
import tidings.core.problem.Problem;
import tidings.http.api.PublishEndpoint;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Router;
import tidings.http.stream.StreamEndpoint;
import tidings.server.config.HubConfig;

/** The paths of the hub and what answers them. */
final class Routes {

  private Routes() {}

  static Router of(
      HubConfig config, Hub hub, Authenticator authenticator, BooleanSupplier stopping) {
    Callers callers = new Callers(authenticator);
    return new Router.Builder()
        .at(
            HttpMethod.POST,
            "/v1/notifications",
            new PublishEndpoint(callers, hub, config.http().bodyBytesMax()))
        .at(HttpMethod.GET, "/v1/stream", new StreamEndpoint(callers, Clocks.WALL, stopping))
        .otherwise(exchange ->
            exchange.refuse(
                Problem.of(Problem.Kind.NOT_FOUND, "nothing is at " + exchange.request().path())));
  }
}
