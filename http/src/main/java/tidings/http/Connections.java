package tidings.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts connections, in all and by client; what comes through a trusted proxy is counted by
 * request. Loopback is not counted by client. The last few are spared for those who ask and go, so
 * that a hub full of streams still answers. Thread-safe.
 */
final class Connections {
  /** What one client of IPv6 usually has to itself. */
  private static final int NETWORK_BYTES = 8;

  private static final int SPARED_MAX = 64;

  private final int max;
  private final int spared;
  private final int perAddressMax;
  private final AtomicInteger all = new AtomicInteger();
  private final Map<InetAddress, Integer> byClient = new ConcurrentHashMap<>();

  Connections(int max, int perAddressMax) {
    this.max = max;
    this.spared = Math.min(SPARED_MAX, max / 8);
    this.perAddressMax = perAddressMax;
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
    if (client.isLoopbackAddress()) {
      return true;
    }
    if (byClient.merge(network(client), 1, Integer::sum) > perAddressMax) {
      leave(client);
      return false;
    }
    return true;
  }

  void leave(InetAddress client) {
    if (!client.isLoopbackAddress()) {
      byClient.computeIfPresent(network(client), (a, count) -> count == 1 ? null : count - 1);
    }
  }

  private static InetAddress network(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // only for another length
    }
  }
}
