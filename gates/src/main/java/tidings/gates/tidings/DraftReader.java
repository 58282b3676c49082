package tidings.gates.tidings;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tidings.core.intake.Intake;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.JsonObject;
import tidings.core.notification.Level;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.gates.json.JsonText;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads notifications in the hub's own JSON format. It checks that every field is known and of its
 * type; lengths and grammars are the intake's. Never blocks; takes some 2 µs for a short
 * notification.
 *
 * <p>What is wrong with a field is an {@code INVALID_NOTIFICATION} that names it ({@code title},
 * {@code [2].level}); what is no JSON at all, or not in the shape of a request, an {@code
 * INVALID_REQUEST}.
 */
public final class DraftReader {
  private static final Pattern TIME =
      Pattern.compile(
          "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)(?:(\\.\\d{1,3})\\d*)?(Z|[+-]\\d\\d:\\d\\d)",
          Pattern.CASE_INSENSITIVE);
  private static final Instant TIME_MIN = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant TIME_MAX = Instant.parse("9999-12-31T23:59:59.999Z");

  private final JsonText text;
  private final JsonParser parser;

  /**
   * Goes before the names of fields: empty, or the place in the array, for example {@code [2].}.
   */
  private String prefix = "";

  private DraftReader(JsonText text) {
    this.text = text;
    this.parser = text.parser();
  }

  /**
   * Reads one object, or an array of at most {@value Intake#DRAFTS_MAX}.
   *
   * @throws Refusal saying what is wrong and where
   */
  public static Drafts read(byte[] json) {
    return JsonText.strict(json, text -> new DraftReader(text).all());
  }

  /**
   * Reads exactly one object.
   *
   * @throws Refusal saying what is wrong and where
   */
  public static Draft readOne(byte[] json) {
    return JsonText.strict(json, text -> new DraftReader(text).one());
  }

  private Drafts all() {
    boolean array = parser.nextToken() == JsonToken.START_ARRAY;
    return ended(new Drafts(array ? array() : List.of(single()), array));
  }

  private Draft one() {
    parser.nextToken();
    return ended(single());
  }

  private <T> T ended(T read) {
    if (parser.nextToken() != null) {
      throw request("more text after the end of the JSON value");
    }
    return read;
  }

  private Draft single() {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw noObject(found());
    }
    return notification();
  }

  private List<Draft> array() {
    List<Draft> drafts = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String place = "[" + drafts.size() + "]";
      if (drafts.size() == Intake.DRAFTS_MAX) {
        throw request(
            "more than %d notifications (expected at most so many in one request)"
                .formatted(Intake.DRAFTS_MAX));
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw noObject(place + ": " + found());
      }
      prefix = place + ".";
      drafts.add(notification());
    }
    return drafts;
  }

  private Draft notification() {
    Fields fields = new Fields();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      boolean absent = parser.nextToken() == JsonToken.VALUE_NULL && Fields.NAMES.contains(name);
      if (!absent) {
        field(fields, name);
      }
    }
    if (fields.to == null) {
      throw invalid("to", "missing (expected 1 to 1000 addresses)");
    }
    if (fields.title == null) {
      throw invalid("title", "missing (expected plain text)");
    }
    return fields.draft(fields.to, fields.title);
  }

  private void field(Fields fields, String name) {
    switch (name) {
      case "to" -> fields.to = addresses();
      case "title" -> fields.title = string(name);
      case "body" -> fields.body = string(name);
      case "type" -> fields.type = string(name);
      case "source" -> fields.source = string(name);
      case "level" -> fields.level = level();
      case "link" -> fields.link = string(name);
      case "icon" -> fields.icon = string(name);
      case "data" -> fields.data = data();
      case "ref" -> fields.ref = string(name);
      case "key" -> fields.key = string(name);
      case "expires" -> fields.expires = time(name);
      case "time" -> fields.time = time(name);
      case "onlyActive" -> fields.onlyActive = bool(name);
      default ->
          throw invalid(
              shown(name),
              "unknown field (expected one of " + String.join(", ", Fields.NAMES) + ")");
    }
  }

  private List<Address> addresses() {
    expect("to", JsonToken.START_ARRAY, "an array of addresses");
    List<Address> to = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw invalid("to", "number %d is %s (expected a string)".formatted(to.size(), found()));
      }
      try {
        to.add(Address.of(parser.getString()));
      } catch (Refusal e) {
        throw invalid("to", "number %d: %s".formatted(to.size(), e.problem().detail()));
      }
    }
    return to;
  }

  private Level level() {
    String level = string("level");
    try {
      return Level.of(level);
    } catch (Refusal e) {
      throw invalid("level", e.problem().detail());
    }
  }

  private JsonObject data() {
    expect("data", JsonToken.START_OBJECT, "an object");
    String data = text.value();
    if (data.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw invalid("data", "half a surrogate pair (expected whole characters)");
    }
    return new JsonObject(data);
  }

  private Instant time(String field) {
    String time = string(field);
    Matcher parts = TIME.matcher(time);
    if (parts.matches()) {
      try {
        String millis = Objects.requireNonNullElse(parts.group(2), "");
        Instant instant =
            OffsetDateTime.parse(parts.group(1) + millis + parts.group(3)).toInstant();
        if (!instant.isBefore(TIME_MIN) && !instant.isAfter(TIME_MAX)) {
          return instant;
        }
      } catch (DateTimeException e) {
        // a day, an hour or an offset that does not exist: the same answer
      }
    }
    throw invalid(field, "\"" + shown(time) + "\" (expected RFC 3339, as 2026-01-31T12:00:00Z)");
  }

  private boolean bool(String field) {
    if (!parser.currentToken().isBoolean()) {
      throw invalid(field, found() + " (expected true or false)");
    }
    return parser.getBooleanValue();
  }

  private String string(String field) {
    expect(field, JsonToken.VALUE_STRING, "a string");
    return parser.getString();
  }

  private void expect(String field, JsonToken token, String expected) {
    if (parser.currentToken() != token) {
      throw invalid(field, found() + " (expected " + expected + ")");
    }
  }

  private String found() {
    return switch (parser.currentToken()) {
      case null -> "an empty text";
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      default -> parser.getString();
    };
  }

  private Refusal invalid(String field, String fault) {
    String name = prefix + field;
    return Problem.invalid(name, name + ": " + fault).refusal();
  }

  private static String shown(String given) {
    return given.length() <= 100 ? given : given.substring(0, 100) + "…";
  }

  private Refusal noObject(String found) {
    Problem.Kind kind =
        parser.currentToken() == null
            ? Problem.Kind.INVALID_REQUEST
            : Problem.Kind.INVALID_NOTIFICATION;
    return Problem.of(kind, found + " (expected a notification, as a JSON object)").refusal();
  }

  private static Refusal request(String fault) {
    return Problem.of(Problem.Kind.INVALID_REQUEST, fault).refusal();
  }
}
