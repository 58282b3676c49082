package tidings.rabbitmq;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a source tells of itself: its status, and at most one line a second in the log. Thread-safe.
 */
final class Health {
  private static final Logger LOG = LoggerFactory.getLogger(RabbitSource.class);
  private static final long LINE_NANOS = 1_000_000_000L;

  private final String source;
  private final Surroundings surroundings;
  private volatile Status status;
  private long lineAt;
  private int unsaid;

  Health(String source, Surroundings surroundings) {
    this.source = source;
    this.surroundings = surroundings;
    this.status = new Status.Down("not connected yet", surroundings.clock().instant());
    this.lineAt = surroundings.nanoTicker().getAsLong() - LINE_NANOS;
  }

  Status status() {
    return status;
  }

  synchronized void up(String line) {
    status = new Status.Up();
    if (mayLog()) {
      LOG.info("source {}: {}{}", source, line, unsaid());
    }
  }

  /**
   * The status turns, or stays, down; {@code since} stays that of the first reason.
   *
   * @param retry the time until the next attempt
   */
  synchronized void down(String reason, Duration retry) {
    status =
        new Status.Down(
            reason,
            status instanceof Status.Down down ? down.since() : surroundings.clock().instant());
    warn("%s; next attempt in %.1f s".formatted(reason, retry.toMillis() / 1_000.0));
  }

  synchronized void warn(String line) {
    if (mayLog()) {
      LOG.warn("source {}: {}{}", source, line, unsaid());
    }
  }

  private boolean mayLog() {
    long now = surroundings.nanoTicker().getAsLong();
    if (now - lineAt < LINE_NANOS) {
      unsaid++;
      return false;
    }
    lineAt = now;
    return true;
  }

  private String unsaid() {
    String suffix = unsaid == 0 ? "" : " (and " + unsaid + " lines within a second of another)";
    unsaid = 0;
    return suffix;
  }
}
