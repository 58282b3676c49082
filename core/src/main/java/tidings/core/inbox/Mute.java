package tidings.core.inbox;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tidings.core.filter.Filter.SourcePattern;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;

/** What a user does not want to see, for now or for good. */
public sealed interface Mute {

  /** When it ends, to the millisecond; null for never. */
  @Nullable Instant until();

  /** Whether it is in force. */
  default boolean isAt(Instant now) {
    Instant end = until();
    return end == null || end.isAfter(now);
  }

  /** What reaches the user by such a topic alone. */
  record OfTopic(TopicPattern pattern, @Nullable Instant until) implements Mute {
    public OfTopic {
      until = millis(until);
    }
  }

  /** What is of such a type; a missing one is an empty one. */
  record OfType(TopicPattern pattern, @Nullable Instant until) implements Mute {
    public OfType {
      until = millis(until);
    }
  }

  /**
   * What is of such a source.
   *
   * @param pattern an exact name of 1 to 100 characters, or the beginning of one
   */
  record OfSource(SourcePattern pattern, @Nullable Instant until) implements Mute {
    private static final int CHARS_MAX = 100;

    public OfSource {
      String text = pattern.toString();
      int chars = pattern.text().codePointCount(0, pattern.text().length());
      if (text.isEmpty() || chars > CHARS_MAX || text.codePoints().anyMatch(OfSource::isNoText)) {
        throw Problem.invalidRequest(
                "mutes",
                "source of %d characters (expected 1 to 100 without controls)".formatted(chars))
            .refusal();
      }
      until = millis(until);
    }

    private static boolean isNoText(int c) {
      return Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
    }
  }

  private static @Nullable Instant millis(@Nullable Instant until) {
    return until == null ? null : until.truncatedTo(ChronoUnit.MILLIS);
  }
}
