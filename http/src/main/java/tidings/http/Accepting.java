package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts accepted connections, and hears from a proxy whose they are, before anything is said. */
final class Accepting extends ChannelInitializer<Channel> {
  private static final Logger logger = LoggerFactory.getLogger(Accepting.class);

  private final HttpSettings settings;
  private final Connections connections;
  private final boolean secure;
  private final Begin begin;

  /** What begins on a connection that is counted. */
  @FunctionalInterface
  interface Begin {
    void begin(Channel channel, Peer peer);
  }

  /**
   * @param secure whether TLS is spoken
   */
  Accepting(HttpSettings settings, Connections connections, boolean secure, Begin begin) {
    this.settings = settings;
    this.connections = connections;
    this.secure = secure;
    this.begin = begin;
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!connections.enter()) {
      var _ = channel.close();
      return;
    }
    var _ = channel.closeFuture().addListener(closed -> connections.leave());
    InetAddress address = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    if (!settings.proxyProtocol()) {
      admit(channel, new Peer(address, secure, true, settings.trustedProxies(), connections));
    } else if (settings.trustedProxies().contains(address)) {
      channel.pipeline().addLast(new Announced(address));
      Duration deadline = connections.isCrowded() ? Watched.BRIEF : settings.headerDeadline();
      var _ =
          channel
              .eventLoop()
              .schedule(() -> unannounced(channel), deadline.toMillis(), TimeUnit.MILLISECONDS);
    } else {
      var _ = channel.close();
    }
  }

  private void admit(Channel channel, Peer peer) {
    if (!peer.isProxy()) {
      InetAddress client = peer.address();
      if (!connections.enter(client)) {
        var _ = channel.close();
        return;
      }
      var _ = channel.closeFuture().addListener(closed -> connections.leave(client));
    }
    begin.begin(channel, peer);
  }

  private static void unannounced(Channel channel) {
    if (channel.pipeline().get(Announced.class) != null) {
      var _ = channel.close();
    }
  }

  /** Waits for the PROXY header, which must come first, and from a trusted proxy. */
  private final class Announced extends ByteToMessageDecoder {
    private final InetAddress proxy;

    Announced(InetAddress proxy) {
      this.proxy = proxy;
      setSingleDecode(true);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      ProxyHeader header = ProxyHeader.read(in);
      if (header != null) {
        admit(ctx.channel(), peer(header));
        ctx.pipeline().remove(this); // and hands on what came after
      }
    }

    private Peer peer(ProxyHeader header) {
      boolean byTls = secure || header.secure();
      if (header.client() != null) {
        return new Peer(header.client(), byTls, false, settings.trustedProxies(), connections);
      }
      // A client that the proxy does not know is not the proxy: its headers are not believed.
      TrustedProxies believed = header.own() ? settings.trustedProxies() : TrustedProxies.NONE;
      return new Peer(proxy, byTls, header.own(), believed, connections);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
      super.userEventTriggered(ctx, event);
      if (event instanceof ChannelInputShutdownEvent && !ctx.isRemoved()) {
        var _ = ctx.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      logger.debug("no PROXY header of {}: {}", proxy, cause.toString());
      var _ = ctx.close();
    }
  }
}
