package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final boolean version10;
  private final InetSocketAddress peer;
  private final String id;
  private @Nullable Map<String, List<String>> query;

  /**
   * @param target the request target as it stood in the request line
   * @param version10 whether the client speaks HTTP/1.0
   * @param peer who connected
   * @param id what this request is called in logs and in X-Request-Id
   */
  public Request(
      HttpMethod method,
      String target,
      HttpHeaders headers,
      boolean version10,
      InetSocketAddress peer,
      String id) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.version10 = version10;
    this.peer = peer;
    this.id = id;
    int end = target.indexOf('?');
    this.path = end < 0 ? target : target.substring(0, end);
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

  /** The names of all headers as they were sent. */
  public Set<String> headerNames() {
    return headers.names();
  }

  public boolean isVersion10() {
    return version10;
  }

  public InetSocketAddress peer() {
    return peer;
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
              new QueryStringDecoder(
                      target, java.nio.charset.StandardCharsets.UTF_8, true, PARAMETERS_MAX)
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
