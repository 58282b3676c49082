package tidings.http;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts connections, in all and by address. Thread-safe. */
final class Connections {
  private final int max;
  private final int perAddressMax;
  private final AtomicInteger all = new AtomicInteger();
  private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  Connections(int max, int perAddressMax) {
    this.max = max;
    this.perAddressMax = perAddressMax;
  }

  int count() {
    return all.get();
  }

  /** Counts one more, unless that is too many; then it is to be closed, and not left. */
  boolean enter(InetAddress address) {
    if (all.incrementAndGet() > max) {
      all.decrementAndGet();
      return false;
    }
    if (!address.isLoopbackAddress() && byAddress.merge(address, 1, Integer::sum) > perAddressMax) {
      leave(address);
      return false;
    }
    return true;
  }

  void leave(InetAddress address) {
    all.decrementAndGet();
    if (!address.isLoopbackAddress()) {
      byAddress.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
    }
  }
}
