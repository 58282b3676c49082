package tidings.http.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.delivery.Start;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.gates.json.JsonText;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What a client sends over its WebSocket (protocol/websocket.md). */
sealed interface ClientMessage {

  /**
   * It wants more addresses.
   *
   * @param n what the client calls its message
   * @param start where the connection goes on; null for where it is
   */
  record Subscribe(long n, List<AddressPattern> to, @Nullable Start start)
      implements ClientMessage {}

  /** It wants fewer addresses. */
  record Unsubscribe(long n, List<AddressPattern> to) implements ClientMessage {}

  /** It wants to go on with another token. */
  record Renew(long n, String token) implements ClientMessage {}

  /**
   * It can't be read.
   *
   * @param n null if that can't be read either
   */
  record Unclear(@Nullable Long n, Problem problem) implements ClientMessage {}

  /** Reads a message. */
  static ClientMessage read(byte[] utf8) {
    Long n = null;
    try {
      JsonNode message = JsonText.strict(utf8, Reader::object);
      n = Reader.number(message);
      return Reader.message(n, message);
    } catch (Refusal e) {
      return new Unclear(n, e.problem());
    }
  }

  /** Reads strictly, as requests are read. */
  final class Reader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long N_MAX = (1L << 53) - 1;

    private Reader() {}

    private static JsonNode object(JsonText text) {
      JsonNode node = JSON.readTree(text.parser());
      if (node == null || !node.isObject() || text.parser().nextToken() != null) {
        throw Problem.of(Problem.Kind.INVALID_REQUEST, "expected one JSON object").refusal();
      }
      return node;
    }

    private static long number(JsonNode message) {
      JsonNode n = message.get("n");
      if (n == null
          || !n.isIntegralNumber()
          || !n.canConvertToLong()
          || n.asLong() < 0
          || n.asLong() > N_MAX) {
        throw invalid("n", "missing, or none (expected an integer from 0 to " + N_MAX + ")");
      }
      return n.asLong();
    }

    private static ClientMessage message(long n, JsonNode message) {
      List<String> names =
          message.propertyNames().stream()
              .filter(name -> !name.equals("n") && !message.get(name).isNull())
              .toList();
      String name = names.size() == 1 ? names.getFirst() : "";
      JsonNode value = message.path(name);
      return switch (name) {
        case "token" -> new Renew(n, text(value, name));
        case "subscribe" -> {
          checkNames(value, name, List.of("to", "after"));
          yield new Subscribe(n, addresses(value.path("to")), start(value.path("after")));
        }
        case "unsubscribe" -> {
          checkNames(value, name, List.of("to"));
          yield new Unsubscribe(n, addresses(value.path("to")));
        }
        default ->
            throw Problem.of(
                    Problem.Kind.INVALID_REQUEST,
                    "expected n and one of subscribe, unsubscribe and token, and nothing else")
                .refusal();
      };
    }

    private static void checkNames(JsonNode value, String name, Collection<String> known) {
      if (!value.isObject() || !known.containsAll(value.propertyNames())) {
        throw invalid(name, "expected an object of " + String.join(" and ", known));
      }
    }

    private static @Nullable Start start(JsonNode after) {
      return after.isMissingNode() || after.isNull()
          ? null
          : ReadParameters.start(text(after, "after"));
    }

    private static List<AddressPattern> addresses(JsonNode list) {
      if (!list.isArray() || list.isEmpty()) {
        throw invalid("to", "expected a list of one or more addresses");
      }
      List<AddressPattern> addresses = new ArrayList<>(list.size());
      for (JsonNode address : list) {
        addresses.add(ReadParameters.address(text(address, "to")));
      }
      return addresses;
    }

    private static String text(JsonNode value, String field) {
      if (!value.isString()) {
        throw invalid(field, "no text");
      }
      return value.asString();
    }

    private static Refusal invalid(String field, String detail) {
      return Problem.invalidRequest(field, detail).refusal();
    }
  }
}
