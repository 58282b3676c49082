package tidings.http;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import tidings.http.audit.Audit;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;
import tidings.http.exchange.Router;

/**
 * What all connections of a server share beside its settings.
 *
 * @param router finds endpoints
 * @param guard looks at every request before its endpoint does
 * @param decoration finishes every answer
 * @param audit notes who was refused
 * @param blocking runs what may block; refuses by {@code RejectedExecutionException} when too much
 *     waits
 */
public record Site(
    Router router, Guard guard, Decoration decoration, Audit audit, Executor blocking) {

  /** Looks at requests before they are routed. */
  @FunctionalInterface
  public interface Guard {
    /** The answer to a request that must not pass, or null. */
    @Nullable Response check(Request request);
  }

  /** Adds headers to answers. */
  @FunctionalInterface
  public interface Decoration {
    void apply(Request request, Response response);
  }
}
