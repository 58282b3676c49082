package tidings.http.exchange;

import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;

/** What answers the requests of one path and method. Thread-safe; shared by all connections. */
@FunctionalInterface
public interface Endpoint {

  /**
   * Handles a request with its whole body, on the event loop; must not block. What it throws
   * becomes the answer.
   */
  void handle(Exchange exchange);

  /** How many bytes of body it takes; 0 for none. */
  default int bodyBytesMax() {
    return 0;
  }

  /** Whether it answers HEAD as it does GET. */
  default boolean answersHead() {
    return true;
  }

  /**
   * Called when the head of a request has come: null to get its whole body by {@link #handle}, or
   * what takes the body piece by piece. On the event loop; what it throws becomes the answer.
   */
  default @Nullable BodyReader reader(Exchange exchange) {
    return null;
  }

  /**
   * Handles a request whose body is longer than it takes: answers, after what is checked before.
   */
  default void handleTooLarge(Exchange exchange, Problem problem) {
    exchange.refuse(problem);
  }

  /**
   * Answers a request that is more than the hub takes on now. On the event loop.
   *
   * @param waitS seconds after which it is worth a retry
   */
  default void handleOverload(Exchange exchange, Problem problem, int waitS) {
    exchange.respond(ProblemDocument.response(problem, waitS));
  }
}
