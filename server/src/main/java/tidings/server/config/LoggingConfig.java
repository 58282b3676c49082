package tidings.server.config;

import java.util.List;
import java.util.Locale;

/** What the hub writes to standard error, one line an event. */
public record LoggingConfig(Format format, Level level) {

  /** The form of a line. */
  public enum Format {
    TEXT,
    JSON
  }

  /** What is written. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG
  }

  static LoggingConfig read(Section section) {
    return new LoggingConfig(
        section.get(
            "format",
            Kind.oneOf(List.of(Format.values()), format -> format.name().toLowerCase(Locale.ROOT)),
            "text",
            "The form of a line: for people, or one JSON object each."),
        section.get(
            "level",
            Kind.oneOf(List.of(Level.values()), level -> level.name().toLowerCase(Locale.ROOT)),
            "info",
            "The least that is written."));
  }
}
