package tidings.http.exchange;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;

/**
 * Who sent a request, and to what address of the hub: as the connection says, and the trusted
 * proxies on the way.
 *
 * @param client whose request it is
 * @param secure whether the client came by HTTPS
 * @param host the host, perhaps with a port, that the client asked for; null for that of the
 *     request
 * @param direct whether it came through no proxy, as far as the connection shows
 * @param fault what is wrong with what the proxies say, after which nothing of it is believed
 */
public record Sender(
    InetAddress client,
    boolean secure,
    @Nullable String host,
    boolean direct,
    @Nullable Problem fault) {
  private static final int NETWORK_BYTES = 8;
  private static final int SITE_BYTES = 6;

  public Sender(InetAddress client, boolean secure, @Nullable String host, boolean direct) {
    this(client, secure, host, direct, null);
  }

  /** What one client usually has to itself: its address, or a /64 network of IPv6. */
  public static InetAddress network(InetAddress address) {
    return network(address, NETWORK_BYTES);
  }

  /** What a whole site may have to itself: an address, or a /48 network of IPv6 (RFC 6177). */
  public static InetAddress site(InetAddress address) {
    return network(address, SITE_BYTES);
  }

  private static InetAddress network(InetAddress address, int prefix) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    Arrays.fill(bytes, prefix, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // only for another length
    }
  }
}
