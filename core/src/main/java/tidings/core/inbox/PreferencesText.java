package tidings.core.inbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.filter.Filter.SourcePattern;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Refusal;

/**
 * How stores keep preferences: a line for each thing, which its first word tells. Only this class
 * reads it.
 */
final class PreferencesText {
  private static final Logger log = LoggerFactory.getLogger(PreferencesText.class);

  // what was read so far
  private boolean list;
  private final List<Preferences.Follow> follows = new ArrayList<>();
  private final List<Mute> mutes = new ArrayList<>();
  private @Nullable QuietHours quiet;

  private PreferencesText() {}

  static String write(Preferences preferences) {
    StringBuilder text = new StringBuilder();
    if (preferences.follows() != null) {
      text.append("list\n"); // also of an empty one
      for (Preferences.Follow follow : preferences.follows()) {
        line(text, "follow", follow.since(), follow.pattern());
      }
    }
    for (Mute mute : preferences.mutes()) {
      Instant until = mute.until();
      Object end = until == null ? "-" : until.toEpochMilli();
      switch (mute) {
        case Mute.OfTopic of -> line(text, "topic", end, of.pattern());
        case Mute.OfType of -> line(text, "type", end, of.pattern());
        case Mute.OfSource of -> line(text, "source", end, of.pattern());
      }
    }
    QuietHours quiet = preferences.quiet();
    if (quiet != null) {
      line(text, "quiet", quiet.from(), quiet.to() + " " + quiet.zone());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String what, Object first, Object rest) {
    text.append(what).append(' ').append(first).append(' ').append(rest).append('\n');
  }

  /**
   * Reads what can be read: rules may have changed since it was written, and one person's row must
   * not be in the way of others.
   */
  static Preferences read(String text) {
    PreferencesText read = new PreferencesText();
    for (String line : text.split("\n", -1)) {
      try {
        read.take(line);
      } catch (RuntimeException e) {
        log.debug("stored preferences: a line is passed over: {}", e.getMessage());
      }
    }
    try {
      return new Preferences(read.list ? read.follows : null, read.mutes, read.quiet);
    } catch (Refusal e) {
      log.debug("stored preferences are passed over: {}", e.getMessage());
      return Preferences.NONE;
    }
  }

  private void take(String line) {
    String[] part = line.split(" ", 3);
    switch (part[0]) {
      case "" -> {}
      case "list" -> list = true;
      case "follow" ->
          follows.add(new Preferences.Follow(TopicPattern.of(part[2]), Long.parseLong(part[1])));
      case "topic" -> mutes.add(new Mute.OfTopic(TopicPattern.of(part[2]), until(part[1])));
      case "type" -> mutes.add(new Mute.OfType(TopicPattern.of(part[2]), until(part[1])));
      case "source" -> mutes.add(new Mute.OfSource(SourcePattern.of(part[2]), until(part[1])));
      case "quiet" -> {
        String[] rest = part[2].split(" ", 2);
        quiet = new QuietHours(part[1], rest[0], rest[1]);
      }
      default -> throw new IllegalArgumentException("\"" + part[0] + "\" is unknown");
    }
  }

  private static @Nullable Instant until(String text) {
    return text.equals("-") ? null : Instant.ofEpochMilli(Long.parseLong(text));
  }
}
