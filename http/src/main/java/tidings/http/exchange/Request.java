package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * The head of a request. Immutable; the query is decoded when it is first asked for, on the event
 * loop.
 */
public final class Request {
  private static final int PARAMETERS_MAX = 400;

  private final HttpMethod method;
  private final String path;
  private final String target;
  private final HttpHeaders headers;
  private final HttpVersion version;
  private final boolean secure;
  private final InetAddress client;
  private final String id;
  private @Nullable Map<String, List<String>> query;

  /**
   * @param client who sent it, as far as trusted proxies say
   * @param secure whether it came over TLS
   * @param id what this request is called in logs and in X-Request-Id
   */
  public Request(HttpRequest head, InetAddress client, boolean secure, String id) {
    this.method = head.method();
    this.target = head.uri();
    this.headers = head.headers();
    this.version = head.protocolVersion();
    this.secure = secure;
    this.client = client;
    this.id = id;
    this.path = path(target);
  }

  /** The path of a target in origin form, or in absolute form (RFC 9112, 3.2). */
  private static String path(String target) {
    int end = target.indexOf('?');
    String path = end < 0 ? target : target.substring(0, end);
    int authority = path.startsWith("/") ? -1 : path.indexOf("://");
    if (authority < 0) {
      return path;
    }
    int slash = path.indexOf('/', authority + 3);
    return slash < 0 ? "/" : path.substring(slash);
  }

  public HttpMethod method() {
    return method;
  }

  /** The path as it was sent, without the query; not decoded. */
  public String path() {
    return path;
  }

  public @Nullable String header(CharSequence name) {
    return headers.get(name);
  }

  public List<String> headers(CharSequence name) {
    return headers.getAll(name);
  }

  public boolean isVersion10() {
    return version.equals(HttpVersion.HTTP_1_0);
  }

  /** Whether an answer of unknown length is sent in chunks (RFC 9112, 7.1). */
  public boolean isChunked() {
    return version.equals(HttpVersion.HTTP_1_1);
  }

  /** Whether it came over TLS. */
  public boolean isSecure() {
    return secure;
  }

  /** The first header that only proxies set, null if there is none. */
  public @Nullable String proxyHeader() {
    for (String name : headers.names()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.equals("forwarded") || lower.startsWith("x-forwarded-")) {
        return name;
      }
    }
    return null;
  }

  /** Whether it comes from this machine, and as far as it says not through a proxy there. */
  public boolean isLocal() {
    return client.isLoopbackAddress() && proxyHeader() == null;
  }

  public String id() {
    return id;
  }

  /**
   * All values of a query parameter, in order; empty if there is none.
   *
   * @throws Refusal of kind {@code INVALID_REQUEST} if the query can't be decoded
   */
  public List<String> parameters(String name) {
    return query().getOrDefault(name, List.of());
  }

  /**
   * The value of a query parameter that may stand once, null if it is missing.
   *
   * @throws Refusal of kind {@code INVALID_REQUEST} if it stands there more than once
   */
  public @Nullable String parameter(String name) {
    List<String> values = parameters(name);
    if (values.size() > 1) {
      throw invalid(name, "parameter " + name + " stands there " + values.size() + " times");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  /**
   * Refuses parameters that this endpoint does not know.
   *
   * @throws Refusal of kind {@code INVALID_REQUEST} that names the first one
   */
  public void allowParameters(List<String> known) {
    for (String name : query().keySet()) {
      if (!known.contains(name)) {
        throw invalid(
            name, "unknown parameter \"" + name + "\" (expected " + String.join(", ", known) + ")");
      }
    }
  }

  private Map<String, List<String>> query() {
    if (query == null) {
      if (target.indexOf('?') < 0) {
        query = Map.of();
      } else {
        try {
          query =
              new QueryStringDecoder(target, StandardCharsets.UTF_8, true, PARAMETERS_MAX)
                  .parameters();
        } catch (IllegalArgumentException e) {
          throw invalid(
              "query", "the query can't be decoded: a % is not followed by two hex digits");
        }
      }
    }
    return query;
  }

  private static Refusal invalid(String parameter, String detail) {
    return new Problem(Problem.Kind.INVALID_REQUEST, detail, parameter).refusal();
  }
}
