package tidings.core.inbox;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;

/**
 * What a user follows and does not want to see (protocol/preferences.md). Immutable.
 *
 * @param follows up to 100, each pattern once; null if no list is saved
 * @param mutes up to 100
 * @param quiet null for none
 */
public record Preferences(
    @Nullable List<Follow> follows, List<Mute> mutes, @Nullable QuietHours quiet) {

  /** What is so before anything is saved. */
  public static final Preferences NONE = new Preferences(null, List.of(), null);

  private static final int MAX = 100;

  /**
   * A followed pattern.
   *
   * @param since entries after this position are in the inbox by it; {@link #SAVING} for the end of
   *     the log as it is when it is saved
   */
  public record Follow(TopicPattern pattern, long since) {
    static final long SAVING = Long.MAX_VALUE;
  }

  /**
   * @throws tidings.core.problem.Refusal naming the field that breaks a rule
   */
  public Preferences {
    mutes = List.copyOf(mutes);
    expect("mutes", mutes.size() <= MAX, mutes.size() + " mutes", "at most 100");
    if (follows != null) {
      follows = List.copyOf(follows);
      expect("follows", follows.size() <= MAX, follows.size() + " patterns", "at most 100");
      Set<TopicPattern> seen = new HashSet<>();
      for (Follow follow : follows) {
        expect(
            "follows",
            seen.add(follow.pattern()),
            "pattern \"" + follow.pattern() + "\" twice",
            "each once");
      }
    }
  }

  private static void expect(String field, boolean holds, String found, String expected) {
    if (!holds) {
      throw Problem.invalidRequest(field, found + " (expected " + expected + ")").refusal();
    }
  }

  /**
   * These, saved over others: a pattern that was there keeps its {@code since}, one that was
   * covered takes the lowest of what covered it, others begin when they are saved. May take long:
   * each pattern is held against each that was there.
   */
  public Preferences after(Preferences before) {
    List<Follow> known = before.follows == null ? List.of() : before.follows;
    return since(follow -> since(known, follow.pattern()));
  }

  /**
   * These, where what begins when it is saved begins at the end of the log, and nothing before the
   * user did, who may have been erased since this was worked out.
   */
  Preferences begun(long begin, long end) {
    return since(follow -> Math.clamp(follow.since(), begin, end));
  }

  private Preferences since(ToLongFunction<Follow> since) {
    List<Follow> all =
        follows == null
            ? null
            : follows.stream()
                .map(follow -> new Follow(follow.pattern(), since.applyAsLong(follow)))
                .toList();
    return new Preferences(all, mutes, quiet);
  }

  private static long since(List<Follow> known, TopicPattern pattern) {
    long lowest = Follow.SAVING;
    for (Follow follow : known) {
      if (follow.pattern().equals(pattern)) {
        return follow.since();
      }
      if (follow.pattern().covers(pattern)) {
        lowest = Math.min(lowest, follow.since());
      }
    }
    return lowest;
  }

  /** These without the mutes that have ended. */
  public Preferences at(Instant now) {
    List<Mute> left = mutes.stream().filter(mute -> mute.isAt(now)).toList();
    return left.size() == mutes.size() ? this : new Preferences(follows, left, quiet);
  }

  /** These as a text for the store, which {@link #parse} reads. */
  public String text() {
    return PreferencesText.write(this);
  }

  /** Reads what {@link #text} wrote. */
  public static Preferences parse(String text) {
    return PreferencesText.read(text);
  }
}
