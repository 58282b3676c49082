package tidings.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A Unix socket that only its owner may connect to. It is made in a folder that nobody else may
 * enter, and gets its name once it has its mode: nobody can connect in between, and one that a dead
 * hub has left is replaced.
 */
final class LocalSocket implements AutoCloseable {
  private final Path file;
  private final Channel channel;

  private LocalSocket(Path file, Channel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Listens.
   *
   * @throws IOException if the file can't be made, or something else has its name
   */
  static LocalSocket listen(Path file, EventLoopGroup loops, ChannelHandler accepting)
      throws IOException {
    checkReplaceable(file);
    Path folder = file.resolveSibling("." + file.getFileName());
    Path made = folder.resolve("s");
    Files.deleteIfExists(made); // a hub that was killed just here has left them
    Files.deleteIfExists(folder);
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Channel channel = null;
    boolean named = false;
    try {
      channel = bind(made, loops, accepting);
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
      named = true;
      return new LocalSocket(file, channel);
    } finally {
      if (!named && channel != null) {
        channel.close().awaitUninterruptibly();
      }
      Files.deleteIfExists(made);
      Files.delete(folder);
    }
  }

  private static void checkReplaceable(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            .isOther()) {
      throw new IOException(file + " is in the way: it is no socket");
    }
  }

  private static Channel bind(Path made, EventLoopGroup loops, ChannelHandler accepting)
      throws IOException {
    boolean epoll = Epoll.isAvailable();
    SocketAddress address =
        epoll ? new DomainSocketAddress(made.toFile()) : UnixDomainSocketAddress.of(made);
    var bound =
        new ServerBootstrap()
            .group(loops)
            .channel(
                epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(accepting)
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
    }
    return bound.channel();
  }

  /** Listens no more; the file goes. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    channel.close().awaitUninterruptibly();
  }
}
