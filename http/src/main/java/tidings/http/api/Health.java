package tidings.http.api;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import tidings.core.notification.JsonWriter;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Response;

/** {@code /status}, {@code /health/live} and {@code /health/ready} (protocol/README.md). */
public final class Health {
  private Health() {}

  /** {@code GET /status}. */
  public static Endpoint status() {
    return exchange -> exchange.respond(Response.text(200, "ALIVE"));
  }

  /** {@code GET /health/live}. */
  public static Endpoint live() {
    return exchange ->
        exchange.respond(Response.json(200, JsonWriter.object(32).text("status", "live").bytes()));
  }

  /**
   * {@code GET /health/ready}; the reasons are for who may see the inside of the hub.
   *
   * @param facts called on an event loop: must not block
   */
  public static Endpoint ready(Callers callers, Supplier<Readiness> facts) {
    return exchange ->
        callers.inspect(
            exchange,
            inside -> {
              Readiness readiness = facts.get();
              int status = readiness.status() == Readiness.Status.UNAVAILABLE ? 503 : 200;
              exchange.respond(Response.json(status, json(readiness, inside)));
            });
  }

  private static byte[] json(Readiness readiness, boolean inside) {
    JsonWriter json =
        JsonWriter.object(128).text("status", readiness.status().name().toLowerCase(Locale.ROOT));
    if (inside && !readiness.reasons().isEmpty()) {
      json.json("reasons", reasons(readiness.reasons()));
    }
    return json.bytes();
  }

  private static String reasons(List<Readiness.Reason> reasons) {
    List<String> texts =
        reasons.stream()
            .map(reason ->
                JsonWriter.object(96)
                    .text("part", reason.part())
                    .text("detail", reason.detail())
                    .end())
            .toList();
    return "[" + String.join(",", texts) + "]";
  }
}
