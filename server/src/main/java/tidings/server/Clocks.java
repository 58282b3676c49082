package tidings.server;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The machine's clocks; everything else is given one of these. */
final class Clocks {
  /** The time of day, which may jump. */
  static final InstantSource WALL = InstantSource.system();

  /** Nanoseconds that only rise. */
  static final LongSupplier TICKER = System::nanoTime;

  private Clocks() {}
}
