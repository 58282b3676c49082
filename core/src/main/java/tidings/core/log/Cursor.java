package tidings.core.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a log as clients keep it, {@code epoch.position}: everything up to here that the
 * stream's filter and grants of the time admitted.
 *
 * @param epoch 8 characters of a–z 0–9
 * @param position 0 or more
 */
public record Cursor(String epoch, long position) {
  private static final Pattern TEXT = Pattern.compile("([a-z0-9]{8})\\.(0|[1-9][0-9]{0,17})");

  /** Reads a cursor; empty if the text is none. */
  public static Optional<Cursor> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(new Cursor(matcher.group(1), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return epoch + "." + position;
  }
}
