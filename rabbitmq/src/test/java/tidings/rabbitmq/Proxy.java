package tidings.rabbitmq;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A wire between a source and the broker that a test can cut, or make swallow what the source says.
 */
final class Proxy implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean swallowing;

  /** Listens on a port of 127.0.0.1, 0 for a free one. */
  Proxy(int port, int target) throws IOException {
    this(new ServerSocket(), target);
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    Thread.ofVirtual().start(this::accept);
  }

  private Proxy(ServerSocket server, int target) {
    this.server = server;
    this.target = target;
  }

  /** One whose end towards the source speaks TLS. */
  static Proxy tls(ServerSocket listening, int target) {
    Proxy proxy = new Proxy(listening, target);
    Thread.ofVirtual().start(proxy::accept);
    return proxy;
  }

  int port() {
    return server.getLocalPort();
  }

  String url(String host) {
    return "amqp://tidings:tidings@127.0.0.1:" + port() + "/" + host;
  }

  /** From now on nothing that the source says reaches the broker, until the wire is cut. */
  void swallow() {
    swallowing = true;
  }

  /** Breaks every connection; new ones are taken. */
  void cut() {
    open.forEach(Proxy::close);
    swallowing = false;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket source = server.accept();
        Socket broker = new Socket(InetAddress.ofLiteral("127.0.0.1"), target);
        open.add(source);
        open.add(broker);
        Thread.ofVirtual().start(() -> copy(source, broker, true));
        Thread.ofVirtual().start(() -> copy(broker, source, false));
      } catch (IOException e) {
        // closed, or the broker is away: the source sees a broken connection
      }
    }
  }

  private void copy(Socket from, Socket to, boolean swallowable) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (!(swallowable && swallowing)) {
          out.write(buffer, 0, n);
        }
      }
    } catch (IOException e) {
      // cut
    }
    open.remove(from);
    open.remove(to);
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    close(server);
    cut();
  }
}
