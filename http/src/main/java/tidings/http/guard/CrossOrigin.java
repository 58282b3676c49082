package tidings.http.guard;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.Set;
import tidings.http.Site;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;

/**
 * Finishes every answer: the request's id, what browsers are to keep to (HSTS, RFC 6797; {@link
 * Response#guarded}), and what scripts of configured origins may see and send (CORS;
 * protocol/README.md), never {@code *}.
 */
public final class CrossOrigin implements Site.Decoration {
  private static final String PREFLIGHT_S = "600";

  private final Set<String> origins;
  private final String hsts;

  /**
   * @param origins as browsers write them, for example {@code https://example.org}
   * @param hsts how long browsers that came by HTTPS take no plain HTTP of this host
   */
  public CrossOrigin(Set<String> origins, Duration hsts) {
    this.origins = Set.copyOf(origins);
    this.hsts = "max-age=" + hsts.toSeconds();
  }

  @Override
  public void apply(Request request, Response response) {
    response.guarded().header("X-Request-Id", request.id()).header("Vary", "Origin");
    if (request.isSecure()) {
      response.header("Strict-Transport-Security", hsts);
    }
    String origin = request.header(HttpHeaderNames.ORIGIN);
    if (origin == null || !origins.contains(origin)) {
      return;
    }
    response
        .header("Access-Control-Allow-Origin", origin)
        .header("Access-Control-Allow-Credentials", "true")
        .header("Access-Control-Expose-Headers", "Retry-After, ETag, Location, X-Request-Id");
    String allow = response.header("Allow");
    if (request.method().equals(HttpMethod.OPTIONS) && allow != null) {
      response
          .header("Access-Control-Allow-Methods", allow)
          .header(
              "Access-Control-Allow-Headers",
              "Authorization, Content-Type, Idempotency-Key, Last-Event-ID")
          .header("Access-Control-Max-Age", PREFLIGHT_S);
    }
  }
}
