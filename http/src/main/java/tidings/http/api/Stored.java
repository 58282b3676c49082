package tidings.http.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** Answers once something is on stable storage, or was read. */
final class Stored {
  private Stored() {}

  /**
   * @param answer made on the store's thread; what it throws becomes the answer
   */
  static <T> void respond(
      Exchange exchange, CompletableFuture<T> stored, Function<T, Response> answer) {
    var _ =
        stored
            .thenApply(answer)
            .whenComplete((response, failure) -> {
              if (failure == null) {
                exchange.respond(response);
              } else {
                Throwable cause = failure.getCause();
                exchange.fail(
                    failure instanceof CompletionException && cause != null ? cause : failure);
              }
            });
  }
}
