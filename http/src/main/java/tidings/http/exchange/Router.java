package tidings.http.exchange;

import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
    Endpoint endpoint = endpoints.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
    if (endpoint != null && (endpoint.answersHead() || !method.equals(HttpMethod.HEAD))) {
      return endpoint; // the connection leaves out the body of an answer to HEAD
    }
    String allow = allow(endpoints);
    return method.equals(HttpMethod.OPTIONS)
        ? exchange -> exchange.respond(Response.empty(204).header("Allow", allow))
        : exchange -> exchange.respond(notAllowed(method, allow));
  }

  /** What a path is to this router: one of its own, with {@code {}} for what clients choose. */
  public String pattern(String path) {
    if (paths.containsKey(path)) {
      return path;
    }
    for (Template template : templates) {
      if (template.matches(path)) {
        return template.before + "{}" + template.after;
      }
    }
    return "other";
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

  private static String allow(Map<HttpMethod, Endpoint> endpoints) {
    Set<String> allowed = new TreeSet<>(Set.of("OPTIONS"));
    endpoints.keySet().forEach(method -> allowed.add(method.name()));
    Endpoint get = endpoints.get(HttpMethod.GET);
    if (get != null && get.answersHead()) {
      allowed.add("HEAD");
    }
    return String.join(", ", allowed);
  }

  /** The answer to a method that a path does not have. */
  public static Response notAllowed(HttpMethod method, String allow) {
    return ProblemDocument.response(
            Problem.of(
                Problem.Kind.METHOD_NOT_ALLOWED,
                Request.shown(method) + " (expected one of " + allow + ")"))
        .header("Allow", allow);
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
