package tidings.http.api;

import io.netty.buffer.ByteBufUtil;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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

/**
 * A small JSON object of a request, read strictly: every field is known and of its type. A null is
 * as good as nothing.
 */
final class Fields {
  /** How much JSON such a request has at most. */
  static final int BYTES_MAX = 64 << 10;

  /** The names of the fields that {@link #grant} reads. */
  static final Set<String> GRANTS = Set.of("publish", "subscribe", "presence", "raw", "operate");

  private static final int YEAR_MAX = 9_999;

  /** What no field takes: a null in a list, a number with a fraction, half a surrogate pair. */
  private static final Object OTHER = new Object();

  private final String path;

  /** Texts, booleans, whole numbers, and lists and maps of them. */
  private final Map<?, ?> values;

  private Fields(String path, Map<?, ?> values, Set<String> known) {
    this.path = path;
    this.values = values;
    for (Object name : values.keySet()) {
      if (!known.contains((String) name)) {
        throw invalid(
            path + name,
            "unknown field (expected "
                + known.stream().sorted().collect(Collectors.joining(", "))
                + ")");
      }
    }
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
        ByteBufUtil.getBytes(exchange.body()),
        text -> new Fields("", object(text.parser()), known));
  }

  private static Map<?, ?> object(JsonParser parser) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw Problem.of(Problem.Kind.INVALID_REQUEST, "expected a JSON object").refusal();
    }
    Map<?, ?> values = members(parser);
    if (parser.nextToken() != null) {
      throw Problem.of(Problem.Kind.INVALID_REQUEST, "more text after the end of the JSON value")
          .refusal();
    }
    return values;
  }

  private static Map<?, ?> members(JsonParser parser) {
    Map<String, Object> values = new HashMap<>();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      if (parser.nextToken() != JsonToken.VALUE_NULL) {
        values.put(name, value(parser));
      }
    }
    return values;
  }

  private static Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> {
        String text = parser.getString();
        yield text.codePoints().anyMatch(Fields::isHalf) ? OTHER : text;
      }
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
      case START_OBJECT -> members(parser);
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      default -> OTHER;
    };
  }

  private static boolean isHalf(int c) {
    return Character.getType(c) == Character.SURROGATE;
  }

  static Refusal invalid(String field, String detail) {
    return Problem.invalidRequest(field, detail).refusal();
  }

  /** What a field is called in the whole document. */
  String path(String name) {
    return path + name;
  }

  /** A text, null if it is missing. */
  @Nullable String text(String name) {
    return switch (values.get(name)) {
      case null -> null;
      case String text -> text;
      default -> throw invalid(path(name), "no text");
    };
  }

  /** A list of texts, null if it is missing. */
  @Nullable List<String> texts(String name) {
    List<?> list = list(name, "texts");
    if (list == null) {
      return null;
    }
    List<String> texts = new ArrayList<>(list.size());
    for (Object one : list) {
      if (!(one instanceof String text)) {
        throw invalid(path(name), "no list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  /** A time (RFC 3339), null if it is missing. */
  @Nullable Instant time(String name) {
    String text = text(name);
    try {
      OffsetDateTime time = text == null ? null : OffsetDateTime.parse(text);
      if (time == null || time.getYear() >= 0 && time.getYear() <= YEAR_MAX) {
        return time == null ? null : time.toInstant();
      }
    } catch (DateTimeException e) {
      // the same answer
    }
    throw invalid(path(name), "no time (expected for example 2026-11-21T09:00:00Z)");
  }

  /** A number from 0 on, empty if it is missing. */
  OptionalLong number(String name) {
    return switch (values.get(name)) {
      case null -> OptionalLong.empty();
      case BigInteger number when number.signum() >= 0 && number.bitLength() < Long.SIZE ->
          OptionalLong.of(number.longValue());
      default -> throw invalid(path(name), "no whole number from 0 on");
    };
  }

  /** Whether something is so, null if it is missing. */
  @Nullable Boolean flag(String name) {
    return switch (values.get(name)) {
      case null -> null;
      case Boolean flag -> flag;
      default -> throw invalid(path(name), "neither true nor false");
    };
  }

  /**
   * An object, null if it is missing.
   *
   * @param known the names of the fields that it may have
   */
  @Nullable Fields object(String name, Set<String> known) {
    return switch (values.get(name)) {
      case null -> null;
      case Map<?, ?> object -> new Fields(path(name) + ".", object, known);
      default -> throw invalid(path(name), "no object");
    };
  }

  /**
   * A list of objects, null if it is missing.
   *
   * @param known the names of the fields that each may have
   */
  @Nullable List<Fields> objects(String name, Set<String> known) {
    List<?> list = list(name, "objects");
    if (list == null) {
      return null;
    }
    List<Fields> objects = new ArrayList<>(list.size());
    for (Object one : list) {
      if (!(one instanceof Map<?, ?> object)) {
        throw invalid(path(name), "no list of objects");
      }
      objects.add(new Fields(path(name) + "[" + objects.size() + "].", object, known));
    }
    return objects;
  }

  private @Nullable List<?> list(String name, String of) {
    return switch (values.get(name)) {
      case null -> null;
      case List<?> list -> list;
      default -> throw invalid(path(name), "no list of " + of);
    };
  }

  /** What may be done, as tokens say it. */
  Grant grant() {
    return new Grant(
        patterns("publish"), patterns("subscribe"), is("presence"), is("raw"), is("operate"));
  }

  private boolean is(String name) {
    return Boolean.TRUE.equals(flag(name));
  }

  private List<AddressPattern> patterns(String name) {
    List<String> texts = texts(name);
    List<AddressPattern> patterns = new ArrayList<>();
    for (String text : texts == null ? List.<String>of() : texts) {
      try {
        patterns.add(AddressPattern.of(text));
      } catch (Refusal e) {
        throw invalid(path(name), e.problem().detail());
      }
    }
    return patterns;
  }
}
