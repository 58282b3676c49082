package tidings.server.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;

/**
 * Notifications as lines for people.
 *
 * @param clock what of its time is shown
 */
record Rendering(DateTimeFormatter clock, boolean coloured) {

  /**
   * @param pattern what of a time is shown, as {@link DateTimeFormatter} takes it
   */
  static Rendering of(String pattern, ZoneId zone, boolean coloured) {
    return new Rendering(DateTimeFormatter.ofPattern(pattern).withZone(zone), coloured);
  }

  /** Its time, level, source, title, link and topics. */
  String line(JsonNode notification) {
    String level = notification.path("level").asString("info");
    String source = notification.path("source").asString("");
    String title = notification.path("title").asString("");
    String what =
        "%-7s  %s"
            .formatted(
                Plain.line(level), Plain.line(source.isEmpty() ? title : source + ": " + title));
    StringJoiner line = new StringJoiner("  ");
    line.add(clock.format(Instant.parse(notification.path("time").asString())));
    line.add(coloured ? Colour.paint(level, what) : what);
    if (notification.has("link")) {
      line.add(Plain.line(notification.path("link").asString("")));
    }
    StringJoiner topics = new StringJoiner(" ", "[", "]").setEmptyValue("");
    notification.path("topics").forEach(topic -> topics.add(topic.asString("")));
    if (topics.length() > 0) {
      line.add(Plain.line(topics.toString()));
    }
    return line.toString();
  }

  /** That line, and below it its text. */
  String text(JsonNode notification) {
    StringBuilder text = new StringBuilder(line(notification));
    notification
        .path("body")
        .asString("")
        .lines()
        .forEach(body -> text.append("\n          ").append(Plain.line(body)));
    return text.toString();
  }
}
