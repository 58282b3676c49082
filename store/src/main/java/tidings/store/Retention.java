package tidings.store;

import java.time.Duration;

/**
 * How much of the log is kept; whichever limit is reached first decides.
 *
 * @param age how old the oldest entry may get
 * @param count how many entries are kept, from 1
 * @param bytes how many bytes of content are kept, from 1; the newest entry stays in any case
 */
public record Retention(Duration age, long count, long bytes) {
  public static final Retention DEFAULT = new Retention(Duration.ofDays(30), 1_000_000, 4L << 30);

  public Retention {
    if (age.isNegative() || age.isZero() || count < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "retention age %s, count %d, bytes %d (expected each above 0)"
              .formatted(age, count, bytes));
    }
  }
}
