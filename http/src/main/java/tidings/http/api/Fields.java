package tidings.http.api;

import io.netty.buffer.ByteBufUtil;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.gates.json.JsonText;
import tidings.http.exchange.Exchange;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** A small JSON object of a request, read strictly: every field is known and of its type. */
final class Fields {
  /** How much JSON such a request has at most. */
  static final int BYTES_MAX = 64 << 10;

  /** The names of the fields that {@link #grant} reads. */
  static final Set<String> GRANTS = Set.of("publish", "subscribe", "presence", "raw", "operate");

  private final Map<String, Object> values; // texts, lists of texts, booleans

  private Fields(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * Reads the body of a request.
   *
   * @param known the names of the fields that there may be
   * @throws Refusal of kind {@code INVALID_REQUEST} or {@code UNSUPPORTED_MEDIA_TYPE}
   */
  static Fields of(Exchange exchange, Set<String> known) {
    if (PublishType.of(exchange.request()) != PublishType.JSON) {
      throw new Problem(
              Problem.Kind.UNSUPPORTED_MEDIA_TYPE, "expected application/json", "Content-Type")
          .refusal();
    }
    return JsonText.strict(
        ByteBufUtil.getBytes(exchange.body()), text -> new Fields(object(text.parser(), known)));
  }

  private static Map<String, Object> object(JsonParser parser, Set<String> known) {
    Map<String, Object> values = new HashMap<>();
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw Problem.of(Problem.Kind.INVALID_REQUEST, "expected a JSON object").refusal();
    }
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      if (!known.contains(name)) {
        throw invalid(
            name,
            "unknown field (expected "
                + known.stream().sorted().collect(Collectors.joining(", "))
                + ")");
      }
      switch (parser.nextToken()) {
        case VALUE_NULL -> {}
        case VALUE_STRING -> values.put(name, parser.getString());
        case VALUE_TRUE -> values.put(name, true);
        case VALUE_FALSE -> values.put(name, false);
        case START_ARRAY -> values.put(name, texts(parser, name));
        default -> throw invalid(name, "neither a text, a list of texts, true nor false");
      }
    }
    if (parser.nextToken() != null) {
      throw Problem.of(Problem.Kind.INVALID_REQUEST, "more text after the end of the JSON value")
          .refusal();
    }
    return values;
  }

  private static List<String> texts(JsonParser parser, String name) {
    List<String> texts = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw invalid(name, "no list of texts");
      }
      texts.add(parser.getString());
    }
    return texts;
  }

  static Refusal invalid(String field, String detail) {
    return Problem.invalidRequest(field, detail).refusal();
  }

  /** A text, null if it is missing. */
  @Nullable String text(String name) {
    return switch (values.get(name)) {
      case null -> null;
      case String text -> text;
      default -> throw invalid(name, "no text");
    };
  }

  /** A time (RFC 3339), null if it is missing. */
  @Nullable Instant time(String name) {
    String text = text(name);
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw invalid(name, "no time (expected for example 2026-11-21T09:00:00Z)");
    }
  }

  /** What may be done, as tokens say it. */
  Grant grant() {
    return new Grant(
        patterns("publish"), patterns("subscribe"), flag("presence"), flag("raw"), flag("operate"));
  }

  private List<AddressPattern> patterns(String name) {
    List<AddressPattern> patterns = new ArrayList<>();
    switch (values.get(name)) {
      case null -> {}
      case List<?> texts -> {
        for (Object text : texts) {
          try {
            patterns.add(AddressPattern.of((String) text));
          } catch (Refusal e) {
            throw invalid(name, e.problem().detail());
          }
        }
      }
      default -> throw invalid(name, "no list of texts");
    }
    return patterns;
  }

  private boolean flag(String name) {
    return switch (values.get(name)) {
      case null -> false;
      case Boolean flag -> flag;
      default -> throw invalid(name, "neither true nor false");
    };
  }
}
