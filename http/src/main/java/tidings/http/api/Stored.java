package tidings.http.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** Answers once something is on stable storage. */
final class Stored {
  private Stored() {}

  /**
   * @param answer made on the store's thread
   */
  static <T> void respond(
      Exchange exchange, CompletableFuture<T> stored, Function<T, Response> answer) {
    var _ =
        stored.whenComplete((value, failure) -> {
          if (failure == null) {
            exchange.respond(answer.apply(value));
          } else {
            Throwable cause = failure.getCause();
            exchange.fail(
                failure instanceof CompletionException && cause != null ? cause : failure);
          }
        });
  }
}
