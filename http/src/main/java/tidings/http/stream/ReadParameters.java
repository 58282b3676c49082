package tidings.http.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tidings.core.delivery.Start;
import tidings.core.filter.Filter;
import tidings.core.inbox.Words;
import tidings.core.log.Cursor;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Level;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.exchange.Request;

/**
 * The query parameters that say what is read: the same for streams and pages (protocol/reading.md).
 */
public final class ReadParameters {
  /** Their names. */
  public static final List<String> NAMES = List.of("to", "type", "source", "level");

  private static final int SOURCE_CHARS_MAX = 100;

  private ReadParameters() {}

  /**
   * What a request asks for.
   *
   * @param valuesMax how often each parameter may stand there
   * @throws Refusal of kind {@code INVALID_REQUEST} that names the parameter
   */
  public static Filter filter(Request request, int valuesMax) {
    String level = request.parameter("level");
    return new Filter(
        values(request, "to", valuesMax).stream().map(ReadParameters::address).toList(),
        choice(request, "type", valuesMax, TopicPattern::of),
        choice(request, "source", valuesMax, ReadParameters::source),
        level == null ? Level.INFO : read("level", level, Level::of));
  }

  /**
   * Where {@code after=} begins.
   *
   * @param after null for the latest
   * @throws Refusal of kind {@code INVALID_CURSOR}
   */
  public static Start start(@Nullable String after) {
    return switch (after) {
      case null -> new Start.Latest();
      case "latest" -> new Start.Latest();
      case "earliest" -> new Start.Earliest();
      default -> {
        if (Cursor.parse(after).isEmpty()) {
          throw new Problem(
                  Problem.Kind.INVALID_CURSOR,
                  "after: not a cursor (expected EPOCH.POSITION, earliest or latest)",
                  "after")
              .refusal();
        }
        yield new Start.After(after);
      }
    };
  }

  /** Which of a notification's topics are wanted. */
  public static Filter.Choice<TopicPattern> topics(Request request, int valuesMax) {
    return choice(request, "topic", valuesMax, TopicPattern::of);
  }

  /** What is searched for; null for all. */
  public static @Nullable Words words(Request request) {
    String q = request.parameter("q");
    return q == null ? null : Words.of(q);
  }

  /** How many at most. */
  public static int limit(Request request, int otherwise, int max) {
    String text = request.parameter("limit");
    if (text == null) {
      return otherwise;
    }
    int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    if (limit >= 1 && limit <= max) {
      return limit;
    }
    throw new Problem(
            Problem.Kind.INVALID_REQUEST,
            "limit out of range (expected 1 to %d)".formatted(max),
            "limit")
        .refusal();
  }

  /**
   * Reads a cursor.
   *
   * @param field what it is called
   * @throws Refusal of kind {@code INVALID_CURSOR}
   */
  public static Cursor cursor(String field, String text) {
    return Cursor.parse(text)
        .orElseThrow(() ->
            new Problem(
                    Problem.Kind.INVALID_CURSOR,
                    field + ": not a cursor (expected EPOCH.POSITION)",
                    field)
                .refusal());
  }

  /** An address or pattern of {@code to}. */
  static AddressPattern address(String text) {
    return read("to", text, AddressPattern::of);
  }

  private static Filter.SourcePattern source(String text) {
    if (text.isEmpty() || text.length() > SOURCE_CHARS_MAX) {
      throw Problem.invalidRequest(
              "source",
              "%d characters (expected 1 to %d)".formatted(text.length(), SOURCE_CHARS_MAX))
          .refusal();
    }
    return Filter.SourcePattern.of(text);
  }

  private static <P> Filter.Choice<P> choice(
      Request request, String name, int valuesMax, Function<String, P> reader) {
    List<P> include = new ArrayList<>();
    List<P> exclude = new ArrayList<>();
    for (String text : values(request, name, valuesMax)) {
      if (text.startsWith("!")) {
        exclude.add(read(name, text.substring(1), reader));
      } else {
        include.add(read(name, text, reader));
      }
    }
    return new Filter.Choice<>(include, exclude);
  }

  /** The values of a parameter that may stand there several times. */
  public static List<String> values(Request request, String name, int valuesMax) {
    List<String> values = request.parameters(name);
    if (values.size() > valuesMax) {
      throw new Problem(
              Problem.Kind.INVALID_REQUEST,
              "parameter %s stands there %d times (expected at most %d)"
                  .formatted(name, values.size(), valuesMax),
              name)
          .refusal();
    }
    return values;
  }

  /** Names the parameter in whatever the reader refuses. */
  public static <P> P read(String name, String text, Function<String, P> reader) {
    try {
      return reader.apply(text);
    } catch (Refusal e) {
      throw new Problem(Problem.Kind.INVALID_REQUEST, e.problem().detail(), name).refusal();
    }
  }
}
