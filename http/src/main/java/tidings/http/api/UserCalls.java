package tidings.http.api;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import tidings.core.access.Caller;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/**
 * Calls of users about what is their own. Each is answered from a thread that may block, a few of a
 * caller's at a time.
 */
final class UserCalls {
  private final Callers callers;

  UserCalls(Callers callers) {
    this.callers = callers;
  }

  /**
   * Reads a request, on the event loop, and gives what makes the answer where that may block. What
   * either throws becomes the answer.
   */
  @FunctionalInterface
  interface Call {
    Supplier<Response> read(Exchange exchange, Caller caller);
  }

  /** What is read is not given if the credentials have ended meanwhile. */
  Endpoint reading(List<String> parameters, Call call) {
    return exchange ->
        take(
            exchange,
            parameters,
            call,
            (caller, answer) -> {
              Response response = answer.get();
              callers.checkHolds(caller);
              return response;
            });
  }

  /** What has a body that says what to change is not begun if they have ended while it waited. */
  FieldsEndpoint changing(List<String> parameters, Call call) {
    return exchange ->
        take(
            exchange,
            parameters,
            call,
            (caller, answer) -> {
              callers.checkHolds(caller);
              return answer.get();
            });
  }

  private void take(
      Exchange exchange,
      List<String> parameters,
      Call call,
      BiFunction<Caller, Supplier<Response>, Response> checked) {
    exchange.request().allowParameters(parameters);
    callers.identifyUser(
        exchange,
        caller -> {
          Supplier<Response> answer = call.read(exchange, caller);
          exchange.reading(() -> exchange.respond(checked.apply(caller, answer)));
        });
  }
}
