package tidings.http.api;

import java.util.Optional;
import java.util.UUID;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.exchange.Request;

/** Ids as clients give them, as in {@code /v1/notifications/{id}/raw}. */
final class NotificationId {
  private static final String BEFORE = "/v1/notifications/";

  private NotificationId() {}

  /** The id; empty if what stands there is none, which is answered like one that is not known. */
  static Optional<UUID> of(Request request) {
    String rest = request.path().substring(BEFORE.length());
    int slash = rest.indexOf('/');
    return parse(slash < 0 ? rest : rest.substring(0, slash));
  }

  /** The id that a text is; empty if it is none. */
  static Optional<UUID> parse(String text) {
    try {
      UUID id = UUID.fromString(text);
      return id.toString().equals(text) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** One answer for all that is not there, or not for the caller. */
  static Refusal notFound() {
    return Problem.of(Problem.Kind.NOT_FOUND, "no such notification").refusal();
  }
}
