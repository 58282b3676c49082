package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * Whose pages may act with what a browser sends by itself: the hub's own, and those of configured
 * origins, compared exactly.
 *
 * @param listed as browsers write them, for example {@code https://example.org}
 */
public record Origins(Set<String> listed) {

  public Origins {
    listed = Set.copyOf(listed);
  }

  /**
   * Checks a request that comes with a cookie. What changes something must have an Origin, as
   * browsers always send one then; what reads may have none, unless the browser says that another
   * site asks.
   *
   * @throws Refusal of kind {@code FORBIDDEN}
   */
  void checkCookie(Request request) {
    String origin = checkGiven(request);
    if (origin == null) {
      if (!isReading(request)) {
        throw forbidden(
            "Origin", "no Origin (expected the hub's own, or one of http.cors-origins)");
      }
      String site = request.header("Sec-Fetch-Site");
      if (site != null && !site.equals("same-origin") && !site.equals("none")) {
        throw forbidden("Sec-Fetch-Site", "asked for by another site (expected the hub's own)");
      }
    }
  }

  private static boolean isReading(Request request) {
    return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
  }

  /**
   * Checks the Origin, where there is one.
   *
   * @return it, null if there is none
   * @throws Refusal of kind {@code FORBIDDEN}
   */
  @Nullable String checkGiven(Request request) {
    List<String> given = request.headers(HttpHeaderNames.ORIGIN);
    if (given.isEmpty()) {
      return null;
    }
    String origin = given.getFirst();
    if (given.size() > 1 || !listed.contains(origin) && !isOwn(origin, request)) {
      throw forbidden(
          "Origin", "another Origin (expected the hub's own, or one of http.cors-origins)");
    }
    return origin;
  }

  /**
   * Plain HTTP is the hub's own origin on its own machine only: elsewhere anyone could forge it,
   * and a proxy that is not trusted may speak it to the hub.
   */
  private static boolean isOwn(String origin, Request request) {
    String own = request.origin();
    return request.isSecure()
        ? origin.equalsIgnoreCase(own)
        : origin.equalsIgnoreCase(own.replaceFirst("^http:", "https:"))
            || request.isLocal() && origin.equalsIgnoreCase(own);
  }

  private static Refusal forbidden(String header, String detail) {
    return new Problem(Problem.Kind.FORBIDDEN, detail, header).refusal();
  }
}
