package tidings.http.stream;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.Subscriber;
import tidings.core.filter.Filter;
import tidings.core.log.Cursor;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.JsonWriter;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.ProblemDocument;

/**
 * What a client asks of its open WebSocket, and what it is answered (protocol/websocket.md). On the
 * event loop.
 */
final class Dialogue {
  private final Exchange exchange;
  private final Callers callers;
  private final Caller opener;
  private final Subscriber subscriber;
  private final Consumer<JsonWriter> answers;
  private Filter filter;
  private boolean verifying;

  /**
   * @param exchange what opened the connection
   * @param opener whose connection it is
   * @param filter what was asked for at the opening
   * @param answers gets each answer, on the event loop
   */
  Dialogue(
      Exchange exchange,
      Callers callers,
      Caller opener,
      Filter filter,
      Subscriber subscriber,
      Consumer<JsonWriter> answers) {
    this.exchange = exchange;
    this.callers = callers;
    this.opener = opener;
    this.filter = filter;
    this.subscriber = subscriber;
    this.answers = answers;
  }

  /** Answers a message, a token perhaps later. */
  void take(ClientMessage message) {
    switch (message) {
      case ClientMessage.Subscribe more ->
          change(
              more.n(),
              () -> {
                Filter wider = with(more.to());
                Cursor cursor =
                    more.start() == null
                        ? subscriber.change(wider)
                        : subscriber.change(wider, more.start());
                filter = wider;
                return cursor;
              });
      case ClientMessage.Unsubscribe fewer ->
          change(
              fewer.n(),
              () -> {
                Filter narrower = without(fewer.to());
                Cursor cursor = subscriber.change(narrower);
                filter = narrower;
                return cursor;
              });
      case ClientMessage.Renew renew -> renew(renew.n(), renew.token());
      case ClientMessage.Unclear unclear -> refuse(unclear.n(), unclear.problem());
    }
  }

  /** Changes the subscriber, or says why not. */
  private void change(long n, Change change) {
    try {
      Cursor cursor = change.make();
      answers.accept(
          JsonWriter.object(96)
              .number("ok", n)
              .text("cursor", cursor.toString())
              .texts("to", subscriber.to().stream().map(AddressPattern::toString).toList()));
    } catch (Refusal e) {
      refuse(n, e.problem());
    }
  }

  @FunctionalInterface
  private interface Change {
    Cursor make();
  }

  private void refuse(@Nullable Long n, Problem problem) {
    exchange.refused(problem);
    JsonWriter answer = JsonWriter.object(256).json("error", ProblemDocument.json(problem).end());
    answers.accept(n == null ? answer : answer.number("n", n));
  }

  // --- addresses ---

  private Filter with(List<AddressPattern> more) {
    Set<AddressPattern> to = new LinkedHashSet<>(asked());
    to.addAll(more);
    int max = callers.usage().limits().patternsPerStream();
    if (to.size() > max) {
      throw invalid("more than " + max + " addresses");
    }
    return filter.withAddresses(List.copyOf(to));
  }

  private Filter without(List<AddressPattern> fewer) {
    Set<AddressPattern> to = new LinkedHashSet<>(asked());
    for (AddressPattern address : fewer) {
      if (!to.remove(address)) {
        throw invalid("\"" + address + "\" was not asked for");
      }
    }
    if (to.isEmpty()) {
      throw invalid("none would be left (close the connection instead)");
    }
    return filter.withAddresses(List.copyOf(to));
  }

  /** Its addresses as they were asked for; if none were, those that it got. */
  private List<AddressPattern> asked() {
    return filter.to().isEmpty() ? subscriber.to() : filter.to();
  }

  private static Refusal invalid(String detail) {
    return Problem.invalidRequest("to", detail).refusal();
  }

  // --- credentials ---

  private void renew(long n, String token) {
    if (verifying) {
      refuse(n, Problem.of(Problem.Kind.RATE_LIMITED, "another token of yours is being verified"));
      return;
    }
    verifying = true;
    callers.verify(
        exchange,
        token,
        caller -> {
          verifying = false;
          if (subscriber.isOpen()) {
            change(n, () -> subscriber.renew(sameUser(caller), filter));
          }
        },
        problem -> {
          verifying = false;
          refuse(n, new Problem(problem.kind(), problem.detail(), "token"));
        });
  }

  private Caller sameUser(Caller caller) {
    if (opener.isAnonymous() || !caller.publisher().equals(opener.publisher())) {
      throw new Problem(
              Problem.Kind.FORBIDDEN,
              "a token of somebody else (expected one of the user who opened the connection)",
              "token")
          .refusal();
    }
    return caller;
  }
}
