package tidings.http.page;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import tidings.core.problem.Problem;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;
import tidings.http.exchange.Router;

/**
 * Files of a folder of the class path, read when first asked for and then kept. Thread-safe.
 *
 * <p>What is in {@code assets/} has a hash in its name and never changes; all else is asked for
 * again each time, with its ETag.
 */
public final class StaticFiles implements Endpoint {
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+");
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
          + " connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

  private final String folder;
  private final Map<String, StaticFile> files = new ConcurrentHashMap<>();

  private StaticFiles(String folder) {
    this.folder = folder;
  }

  /**
   * Files below a folder.
   *
   * @param folder without slashes at its ends, for example {@code page}
   */
  public static StaticFiles of(String folder) {
    return new StaticFiles(folder);
  }

  @Override
  public void handle(Exchange exchange) {
    Request request = exchange.request();
    if (request.path().isEmpty() && !request.link("").isEmpty()) { // the page is below the prefix
      exchange.respond(
          Response.empty(308)
              .header("Location", request.link("/"))
              .header("Cache-Control", "no-cache"));
      return;
    }
    String path = request.path().equals("/") ? "/index.html" : request.path();
    if (!isFile(path)) {
      throw notFound();
    }
    StaticFile known = files.get(path);
    if (known != null) {
      exchange.respond(answer(request, path, known));
      return;
    }
    exchange.blocking(() -> {
      StaticFile read = StaticFile.read(folder + path);
      if (read == null) {
        throw notFound();
      }
      files.put(path, read);
      exchange.respond(answer(request, path, read));
    });
  }

  /** Whether a path can be that of a file: no empty or hidden segment, and an end like .js. */
  private static boolean isFile(String path) {
    return path.lastIndexOf('.') > path.lastIndexOf('/') && PATH.matcher(path).matches();
  }

  private static Response answer(Request request, String path, StaticFile file) {
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      return Router.notAllowed(request.method(), "GET, HEAD");
    }
    StaticFile.Content content = file.variant(request);
    boolean known = isKnown(request, content.etag());
    Response response =
        known ? Response.empty(304) : Response.of(200, file.type(), content.bytes());
    if (!known && content.coding() != StaticFile.Coding.IDENTITY) {
      response.header("Content-Encoding", content.coding().token);
    }
    return response
        .header("ETag", content.etag())
        .header("Vary", "Accept-Encoding")
        .header(
            "Cache-Control",
            path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache")
        .header("Content-Security-Policy", POLICY)
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cross-Origin-Embedder-Policy", "require-corp");
  }

  private static boolean isKnown(Request request, String etag) {
    for (String item : String.join(",", request.headers("If-None-Match")).split(",", -1)) {
      String tag = item.strip();
      if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
        return true;
      }
    }
    return false;
  }

  private static RuntimeException notFound() {
    return Problem.of(Problem.Kind.NOT_FOUND, "no such path").refusal();
  }
}
