package tidings.core.intake;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Makes version 7 UUIDs (RFC 9562): 48 bits of milliseconds, then 74 random bits. Thread-safe. */
public final class Ids {
  private final RandomGenerator random;

  /**
   * @param random thread-safe; unpredictable in production
   */
  public Ids(RandomGenerator random) {
    this.random = random;
  }

  UUID next(long millis) {
    long high = millis << 16 | 0x7000 | random.nextLong() & 0xfff;
    long low = random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
