package tidings.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user follows and does not want to see (protocol/preferences.md).
 *
 * @param follows topic patterns; null if no list is saved, which is not the same as an empty one
 * @param mutes what is hidden
 * @param quiet when a client should make no noise, null for never
 * @param rev of the last change. Saving fails with 409 {@code rev-conflict} if it is another one by
 *     then; null to save whatever is there
 */
public record Preferences(
    @Nullable List<Follow> follows, List<Mute> mutes, @Nullable Quiet quiet, @Nullable Long rev) {

  /** Takes what is missing in JSON as empty. */
  @SuppressWarnings("NullAway") // Jackson gives null for what is missing
  public Preferences {
    mutes = mutes == null ? List.of() : List.copyOf(mutes);
  }

  /**
   * @param topic a pattern
   * @param since the cursor from which on it counts; the hub says it
   */
  public record Follow(String topic, @Nullable String since) {
    /** A pattern to follow. */
    public static Follow of(String topic) {
      return new Follow(topic, null);
    }
  }

  /**
   * One of {@code topic}, {@code type} and {@code source} is given.
   *
   * @param topic a pattern
   * @param type a pattern
   * @param source an exact name, or the beginning of one and {@code *}
   * @param until when it ends, null for never
   */
  public record Mute(
      @Nullable String topic,
      @Nullable String type,
      @Nullable String source,
      @Nullable Instant until) {}

  /**
   * @param from {@code HH:MM}
   * @param to {@code HH:MM}; over midnight if it is earlier than {@code from}
   * @param zone an IANA time zone
   */
  public record Quiet(String from, String to, String zone) {}
}
