package tidings.http.exchange;

import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;

/** Finds the endpoint of a request by path and method. Immutable, thread-safe. */
public final class Router {
  private final Map<String, Map<HttpMethod, Endpoint>> paths;
  private final List<Template> templates;
  private final Endpoint otherwise;

  /** A path in which {@code {}} stands for one segment. */
  private record Template(String before, String after, Map<HttpMethod, Endpoint> endpoints) {
    boolean matches(String path) {
      return path.length() > before.length() + after.length()
          && path.startsWith(before)
          && path.endsWith(after)
          && path.indexOf('/', before.length())
              == (after.isEmpty() ? -1 : path.length() - after.length());
    }
  }

  private Router(
      Map<String, Map<HttpMethod, Endpoint>> paths, List<Template> templates, Endpoint otherwise) {
    this.paths = paths;
    this.templates = templates;
    this.otherwise = otherwise;
  }

  /** The endpoint for a method and path; one that answers 404 or 405 if there is none. */
  public Endpoint find(HttpMethod method, String path) {
    Map<HttpMethod, Endpoint> endpoints = endpoints(path);
    if (endpoints == null) {
      return otherwise;
    }
    Endpoint endpoint = endpoints.get(method);
    if (endpoint == null && method.equals(HttpMethod.HEAD)) {
      endpoint = endpoints.get(HttpMethod.GET); // the connection leaves out the body
    }
    return endpoint != null ? endpoint : notAllowed(endpoints);
  }

  private @Nullable Map<HttpMethod, Endpoint> endpoints(String path) {
    Map<HttpMethod, Endpoint> exact = paths.get(path);
    if (exact != null) {
      return exact;
    }
    for (Template template : templates) {
      if (template.matches(path)) {
        return template.endpoints;
      }
    }
    return null;
  }

  private static Endpoint notAllowed(Map<HttpMethod, Endpoint> endpoints) {
    List<String> allowed = new ArrayList<>();
    new TreeMap<>(endpoints).keySet().forEach(method -> allowed.add(method.name()));
    String allow = String.join(", ", allowed);
    return exchange ->
        exchange.respond(
            ProblemDocument.response(
                    Problem.of(
                        Problem.Kind.METHOD_NOT_ALLOWED,
                        exchange.request().method() + " (expected " + allow + ")"))
                .header("Allow", allow));
  }

  /** Collects routes. */
  public static final class Builder {
    private final Map<String, Map<HttpMethod, Endpoint>> paths = new HashMap<>();

    /**
     * Adds an endpoint.
     *
     * @param path exact, or with {@code {}} for one segment
     */
    public Builder at(HttpMethod method, String path, Endpoint endpoint) {
      paths.computeIfAbsent(path, p -> new HashMap<>()).put(method, endpoint);
      return this;
    }

    /**
     * Ends the collection.
     *
     * @param otherwise answers for all other paths
     */
    public Router otherwise(Endpoint otherwise) {
      Map<String, Map<HttpMethod, Endpoint>> exact = new HashMap<>();
      List<Template> templates = new ArrayList<>();
      paths.forEach((path, endpoints) -> {
        int hole = path.indexOf("{}");
        if (hole < 0) {
          exact.put(path, Map.copyOf(endpoints));
        } else {
          templates.add(
              new Template(
                  path.substring(0, hole), path.substring(hole + 2), Map.copyOf(endpoints)));
        }
      });
      return new Router(exact, templates, otherwise);
    }
  }
}
