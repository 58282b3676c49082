package tidings.http;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import tidings.http.exchange.Sender;
import tidings.http.limit.Counts;

/**
 * Counts connections, in all and by client; what comes through a trusted proxy is counted by
 * request. Loopback is not counted by client. The last few are spared for those who ask and go, so
 * that a hub full of streams still answers. Thread-safe.
 */
final class Connections {
  private static final int SPARED_MAX = 64;

  private final int max;
  private final int spared;
  private final AtomicInteger all = new AtomicInteger();
  private final Counts<InetAddress> byClient;

  Connections(int max, int perAddressMax) {
    this.max = max;
    this.spared = Math.min(SPARED_MAX, max / 8);
    this.byClient = new Counts<>(perAddressMax);
  }

  int count() {
    return all.get();
  }

  /** Whether only the spared ones are left: who comes now must not stay. */
  boolean isCrowded() {
    return all.get() > max - spared;
  }

  /** Counts one more connection, unless that is too many; then it is to be closed, and not left. */
  boolean enter() {
    if (all.incrementAndGet() > max) {
      all.decrementAndGet();
      return false;
    }
    return true;
  }

  void leave() {
    all.decrementAndGet();
  }

  /** Counts one more of a client, unless that is too many; then it is not to be left. */
  boolean enter(InetAddress client) {
    return client.isLoopbackAddress() || byClient.enter(Sender.network(client));
  }

  void leave(InetAddress client) {
    if (!client.isLoopbackAddress()) {
      byClient.leave(Sender.network(client));
    }
  }
}
