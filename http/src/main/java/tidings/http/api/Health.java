package tidings.http.api;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import tidings.core.notification.JsonWriter;
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
   * {@code GET /health/ready}.
   *
   * @param facts called on an event loop: must not block
   */
  public static Endpoint ready(Supplier<Readiness> facts) {
    return exchange -> {
      Readiness readiness = facts.get();
      int status = readiness.status() == Readiness.Status.UNAVAILABLE ? 503 : 200;
      exchange.respond(Response.json(status, json(readiness)));
    };
  }

  private static byte[] json(Readiness readiness) {
    JsonWriter json =
        JsonWriter.object(128).text("status", readiness.status().name().toLowerCase(Locale.ROOT));
    if (!readiness.reasons().isEmpty()) {
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
