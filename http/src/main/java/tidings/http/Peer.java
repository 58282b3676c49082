package tidings.http;

import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.http.exchange.Sender;

/**
 * Who is at the other end of a connection: a client, or a trusted proxy that says for each request
 * whose it is. Immutable.
 */
final class Peer {
  /** What a client is told that has too much under way. */
  static final Problem TOO_MANY =
      Problem.of(Problem.Kind.RATE_LIMITED, "too many requests of your address at once");

  private static final Problem FULL =
      Problem.of(Problem.Kind.OVERLOADED, "too many connections and streams at once");

  private final InetAddress address;
  private final boolean secure;
  private final boolean direct;
  private final TrustedProxies proxies;
  private final Connections connections;
  private final boolean proxy;

  /**
   * @param secure whether it came by TLS
   * @param direct whether no proxy has passed the connection on
   */
  Peer(
      InetAddress address,
      boolean secure,
      boolean direct,
      TrustedProxies proxies,
      Connections connections) {
    this.address = address;
    this.secure = secure;
    this.direct = direct;
    this.proxies = proxies;
    this.connections = connections;
    this.proxy = proxies.contains(address);
  }

  /** Whether its clients are counted by request, and not the peer itself by connection. */
  boolean isProxy() {
    return proxy;
  }

  InetAddress address() {
    return address;
  }

  /** Whose request this is. */
  Sender sender(HttpRequest head) {
    return proxy && Forwarded.isSaid(head.headers())
        ? new Forwarded(proxies, address, secure).sender(head.headers())
        : new Sender(address, secure, null, direct);
  }

  /** Counts a request of a client. If that is too many, says so; then it is not to be left. */
  @Nullable Problem enter(InetAddress client) {
    return !isCounted(client) || connections.enter(client) ? null : TOO_MANY;
  }

  void leave(InetAddress client) {
    if (isCounted(client)) {
      connections.leave(client);
    }
  }

  /** The same of a stream of HTTP/2, which counts as if it were a connection. */
  @Nullable Problem enterStream(InetAddress client) {
    if (!connections.enter()) {
      return FULL;
    }
    if (!isSaid(client) || connections.enter(client)) {
      return null;
    }
    connections.leave();
    return TOO_MANY;
  }

  void leaveStream(InetAddress client) {
    connections.leave();
    if (isSaid(client)) {
      connections.leave(client);
    }
  }

  /** The proxy's own requests, or those that it does not say for whom, are not counted. */
  private boolean isCounted(InetAddress client) {
    return proxy && isSaid(client);
  }

  private boolean isSaid(InetAddress client) {
    return !proxy || !client.equals(address);
  }
}
