package tidings.server.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to the hub of this machine by the Unix socket beside its database: HTTP/1.1.
 *
 * @param limit for how long an answer is waited for
 */
record LocalHub(Path socket, Duration limit) implements RemoteDesk.Line {
  /**
   * The hub that listens there.
   *
   * @return null if none does
   * @throws Failure if one may not be spoken to
   */
  static @Nullable LocalHub at(Path socket, Duration limit) throws Failure {
    if (!Files.exists(socket)) {
      return null;
    }
    LocalHub hub = new LocalHub(socket, limit);
    try {
      hub.open().close();
      return hub;
    } catch (ConnectException e) {
      return null; // a hub that was killed has left it
    } catch (IOException e) {
      throw new Failure("can't speak to the hub by %s: %s".formatted(socket, e.getMessage()), e);
    }
  }

  private SocketChannel open() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public RemoteDesk.Answer call(String method, String path, @Nullable String json) throws Failure {
    byte[] body = (json == null ? "" : json).getBytes(StandardCharsets.UTF_8);
    String head =
        "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(method, path, body.length);
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    try (SocketChannel channel = open()) {
      closeAfterLimit(channel);
      ByteBuffer bytes = ByteBuffer.wrap(request.toByteArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return answer(new BufferedInputStream(Channels.newInputStream(channel)));
    } catch (AsynchronousCloseException e) {
      throw new Failure(
          "no answer from the hub at %s within %d s; it may have done it all the same"
              .formatted(socket, limit.toSeconds()),
          e);
    } catch (IOException e) {
      throw new Failure("no answer from the hub at %s: %s".formatted(socket, e.getMessage()), e);
    }
  }

  /** Nothing else ends a read of a Unix socket. */
  private void closeAfterLimit(SocketChannel channel) {
    var _ =
        CompletableFuture.runAsync(
            () -> {
              try {
                channel.close();
              } catch (IOException e) {
                // closed it is
              }
            },
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Reads an answer after which the hub closes the connection. */
  private static RemoteDesk.Answer answer(InputStream in) throws IOException {
    String status = line(in);
    String header = line(in);
    while (!header.isEmpty()) {
      header = line(in);
    }
    String[] parts = status.split(" ", -1);
    if (parts.length < 2 || !parts[1].matches("[1-5][0-9][0-9]")) {
      throw new IOException("it does not speak HTTP");
    }
    return new RemoteDesk.Answer(Integer.parseInt(parts[1]), in.readAllBytes());
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("it ended within its head");
      }
      line.append((char) b);
    }
    return line.toString().strip();
  }

  @Override
  public void close() {}
}
