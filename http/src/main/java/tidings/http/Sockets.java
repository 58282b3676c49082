package tidings.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** The sockets of this machine: epoll where there is one, else NIO. */
final class Sockets {
  /** Unsent bytes that the kernel may hold for one stream, beside what is in flight. */
  private static final int STREAM_UNSENT_BYTES = 16 << 10;

  /** A stream that has this much waiting is behind; it reads on once this little is left. */
  private static final WriteBufferWaterMark STREAM_WAITING =
      new WriteBufferWaterMark(8 << 10, 32 << 10);

  private Sockets() {}

  static IoHandlerFactory handlers() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  static Class<? extends ServerChannel> serverChannel() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /**
   * Bounds what one slow reader can make the process and the kernel hold.
   *
   * @param socket what the stream's channel is carried by, perhaps itself
   */
  static void forStream(Channel stream, Channel socket) {
    stream.config().setWriteBufferWaterMark(STREAM_WAITING);
    if (!socket.isOpen()) {
      return; // its client is gone, of which the stream is about to hear
    }
    if (Epoll.isAvailable()) {
      socket.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) STREAM_UNSENT_BYTES);
    } else {
      socket.config().setOption(ChannelOption.SO_SNDBUF, 2 * STREAM_UNSENT_BYTES);
    }
  }
}
