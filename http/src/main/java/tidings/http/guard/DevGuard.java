package tidings.http.guard;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.http.Site;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;

/**
 * Keeps other web sites in a developer's browser out of a hub in dev mode, where nobody needs a
 * token (protocol/access.md): by name (DNS rebinding), by origin, by content type (forms), and
 * whatever came through a proxy.
 */
public final class DevGuard implements Site.Guard {
  private static final Pattern HOST =
      Pattern.compile(
          "(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?", Pattern.CASE_INSENSITIVE);
  private static final Set<String> TYPES = Set.of("application/json", "application/x-ndjson");
  private static final Set<HttpMethod> WITH_BODY =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

  @Override
  public @Nullable Response check(Request request) {
    List<String> hosts = request.headers(HttpHeaderNames.HOST);
    if (hosts.size() != 1 || !HOST.matcher(hosts.getFirst()).matches()) {
      return forbidden("Host", "expected localhost, 127.0.0.1 or [::1]");
    }
    for (String origin : request.headers(HttpHeaderNames.ORIGIN)) {
      if (!origin.equalsIgnoreCase(request.origin())) {
        return forbidden("Origin", "expected none, or the hub's own");
      }
    }
    String proxy = request.proxyHeader();
    if (proxy != null) {
      return forbidden(proxy, "expected no proxy");
    }
    return hasBody(request) && !isJson(request)
        ? ProblemDocument.response(
            new Problem(
                Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                "dev mode: expected application/json or application/x-ndjson",
                "Content-Type"))
        : null;
  }

  private static boolean hasBody(Request request) {
    String length = request.header(HttpHeaderNames.CONTENT_LENGTH);
    return WITH_BODY.contains(request.method())
        || length != null && !length.equals("0")
        || request.header(HttpHeaderNames.TRANSFER_ENCODING) != null;
  }

  private static boolean isJson(Request request) {
    String type = request.header(HttpHeaderNames.CONTENT_TYPE);
    return type != null && TYPES.contains(type.split(";", -1)[0].strip().toLowerCase(Locale.ROOT));
  }

  private static Response forbidden(String header, String expected) {
    return ProblemDocument.response(
        new Problem(Problem.Kind.FORBIDDEN, "dev mode: " + header + " (" + expected + ")", header));
  }
}
