package tidings.server.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whole numbers with units, as people write them: {@code 30d}, {@code 4GiB}. */
public final class Quantity {
  private static final Map<String, Long> NONE = Map.of("", 1L);
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
  private static final Map<String, Long> BYTES =
      Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
  private static final Pattern FORM = Pattern.compile("([0-9]{1,18}) ?([A-Za-z]*)");

  private Quantity() {}

  /** A duration in ms, s, m, h or d; null if the text is none. */
  public static @Nullable Duration duration(String text) {
    Long millis = read(text, MILLIS);
    return millis == null ? null : Duration.ofMillis(millis);
  }

  /** A size in B (which may be left out), KiB, MiB, GiB or TiB; null if the text is none. */
  static @Nullable Long bytes(String text) {
    return read(text, BYTES);
  }

  static @Nullable Long number(String text) {
    return read(text, NONE);
  }

  private static @Nullable Long read(String text, Map<String, Long> units) {
    Matcher matcher = FORM.matcher(text);
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      return null;
    }
    long number = Long.parseLong(matcher.group(1));
    return number > Long.MAX_VALUE / unit ? null : number * unit;
  }
}
