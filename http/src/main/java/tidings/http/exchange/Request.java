package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * The head of a request. Immutable; the query is decoded when it is first asked for, on the event
 * loop.
 */
public final class Request {
  /** More than fit any request line that is taken: those above would be passed over in silence. */
  private static final int PARAMETERS_MAX = 1 << 16;

  /** What an error may repeat of a parameter's name: it may be a secret that went astray. */
  private static final Pattern SHOWN = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,23}");

  private static final String X_FORWARDED = "X-Forwarded-";
  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,10}");

  private final HttpMethod method;
  private final String path;
  private final String target;
  private final HttpHeaders headers;
  private final HttpVersion version;
  private final Sender sender;
  private final String prefix;
  private final String id;
  private @Nullable Map<String, List<String>> query;

  /**
   * @param prefix what the hub's paths begin with where clients see them, empty for nothing
   * @param id what this request is called in logs and in X-Request-Id
   */
  public Request(HttpRequest head, Sender sender, String prefix, String id) {
    this.method = head.method();
    this.target = head.uri();
    this.headers = head.headers();
    this.version = head.protocolVersion();
    this.sender = sender;
    this.prefix = prefix;
    this.id = id;
    this.path = withoutPrefix(path(target), prefix);
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

  /** The path below the prefix, which a proxy may have taken off already. */
  private static String withoutPrefix(String path, String prefix) {
    boolean below =
        path.startsWith(prefix)
            && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    return below ? path.substring(prefix.length()) : path;
  }

  public HttpMethod method() {
    return method;
  }

  /** The method as errors and logs may show it: a client may have put anything in its place. */
  public String shownMethod() {
    return shown(method);
  }

  /** The same of a method alone. */
  static String shown(HttpMethod method) {
    return METHOD.matcher(method.name()).matches() ? method.name() : "?";
  }

  /**
   * The path below the hub's prefix, as it was sent, without the query; not decoded. Empty if it is
   * the prefix alone.
   */
  public String path() {
    return path;
  }

  /** A path of the hub as its clients see it. */
  public String link(String path) {
    return prefix + path;
  }

  /** Who sent it. */
  public Sender sender() {
    return sender;
  }

  /**
   * What a browser calls a page of this hub in {@code Origin}: scheme and host as the client sees
   * them (RFC 6454, 6.2). The host is as it was sent, and may be no name at all.
   */
  public String origin() {
    String host = sender.host() != null ? sender.host() : header(HttpHeaderNames.HOST);
    String name = host == null ? "" : host.toLowerCase(Locale.ROOT);
    return isSecure() ? "https://" + without(":443", name) : "http://" + without(":80", name);
  }

  private static String without(String port, String host) {
    return host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
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

  /** Whether the client came by HTTPS. */
  public boolean isSecure() {
    return sender.secure();
  }

  /** The first header that only proxies set, null if there is none. */
  public @Nullable String proxyHeader() {
    var all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      CharSequence name = all.next().getKey();
      if (AsciiString.regionMatches(name, true, 0, X_FORWARDED, 0, X_FORWARDED.length())
          || AsciiString.contentEqualsIgnoreCase(name, "Forwarded")) {
        return name.toString();
      }
    }
    return null;
  }

  /** Whether it comes from this machine, and as far as it says not through a proxy there. */
  public boolean isLocal() {
    return sender.direct() && sender.client().isLoopbackAddress() && proxyHeader() == null;
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
        String shown = SHOWN.matcher(name).matches() ? name : "?";
        throw invalid(
            shown,
            "unknown parameter \"" + shown + "\" (expected " + String.join(", ", known) + ")");
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
