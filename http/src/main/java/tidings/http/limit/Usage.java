package tidings.http.limit;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.access.Publisher;

/**
 * What each user has under way and each address has tried, held to the limits. Callers without an
 * identity are held to those of their address alone. Thread-safe.
 */
public final class Usage {
  /** Sessions that one user may start in a minute: each is written to disk. */
  public static final int SIGN_INS_PER_MINUTE = 60;

  private final Limits limits;
  private final Counts<Publisher> requests;
  private final Counts<Publisher> streams;
  private final @Nullable Rate<Publisher> publishes;
  private final Rate<InetAddress> failedLogins;
  private final Rate<Publisher> signIns;

  /**
   * @param ticker monotonic nanoseconds
   */
  public Usage(Limits limits, LongSupplier ticker) {
    this.limits = limits;
    this.requests = new Counts<>(limits.connectionsPerUser());
    this.streams = new Counts<>(limits.streamsPerUser());
    this.publishes =
        limits.publishesPerSecond() == null
            ? null
            : new Rate<>(limits.publishesPerSecond(), TimeUnit.SECONDS.toNanos(1), ticker);
    this.failedLogins =
        new Rate<>(limits.failedLoginsPerMinute(), TimeUnit.MINUTES.toNanos(1), ticker);
    this.signIns = new Rate<>(SIGN_INS_PER_MINUTE, TimeUnit.MINUTES.toNanos(1), ticker);
  }

  public Limits limits() {
    return limits;
  }

  /** Requests under way, open streams included. */
  public Counts<Publisher> requests() {
    return requests;
  }

  /** Open streams and long polls. */
  public Counts<Publisher> streams() {
    return streams;
  }

  /** Tokens that were none, by the client's network. */
  public Rate<InetAddress> failedLogins() {
    return failedLogins;
  }

  /** Sessions that were started. */
  public Rate<Publisher> signIns() {
    return signIns;
  }

  /**
   * Counts a notification of a publisher.
   *
   * @return 0, or for how many nanoseconds it must wait: then it is not counted
   */
  public long publish(Caller caller) {
    return publishes == null ? 0 : publishes.take(caller.publisher());
  }

  /** Counts more notifications of a request that has begun. */
  public void publishMore(Caller caller, int count) {
    if (publishes != null && count > 0) {
      publishes.takeMore(caller.publisher(), count);
    }
  }
}
