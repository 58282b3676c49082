package tidings.core.delivery;

import java.time.Duration;

/**
 * How the hub serves its subscribers.
 *
 * @param tailBytesMax how much of the log is held in memory, in bytes
 * @param heartbeat how long a stream may be silent, in whole seconds
 * @param noProgress after how long a connection that takes nothing is ended, in whole seconds
 */
public record HubSettings(long tailBytesMax, Duration heartbeat, Duration noProgress) {
  public static final HubSettings DEFAULTS =
      new HubSettings(64L << 20, Duration.ofSeconds(15), Duration.ofSeconds(60));
}
