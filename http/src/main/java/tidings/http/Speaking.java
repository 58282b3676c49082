package tidings.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes connections speak what they are meant to: HTTP/1.1, and over TLS HTTP/2 too. */
final class Speaking implements Accepting.Begin {
  private static final Logger logger = LoggerFactory.getLogger(Speaking.class);

  private final HttpSettings settings;
  private final Site site;
  private final Map<EventLoop, Worker> workers;
  private final Connections connections;

  Speaking(
      HttpSettings settings, Site site, Map<EventLoop, Worker> workers, Connections connections) {
    this.settings = settings;
    this.site = site;
    this.workers = workers;
    this.connections = connections;
  }

  @Override
  public void begin(Channel channel, Peer peer) {
    TlsFiles tls = settings.tls();
    if (tls == null) {
      speakHttp1(channel, peer);
    } else {
      SslHandler handler = tls.context().newHandler(channel.alloc(), site.blocking());
      handler.setHandshakeTimeout(deadline().toMillis(), TimeUnit.MILLISECONDS);
      channel.pipeline().addLast(handler).addLast(new Negotiation(peer));
    }
  }

  private Duration deadline() {
    return connections.isCrowded() ? Watched.BRIEF : settings.headerDeadline();
  }

  void speakHttp1(Channel channel, Peer peer) {
    Conversation conversation = new Conversation(settings, site, worker(channel), peer);
    channel.pipeline().addLast(new RequestDecoder(settings, conversation)).addLast(conversation);
    hurry(conversation);
  }

  private void hurry(Watched connection) {
    if (connections.isCrowded()) {
      connection.beBrief();
    }
  }

  private Worker worker(Channel channel) {
    Worker worker = workers.get(channel.eventLoop());
    if (worker == null) {
      throw new IllegalStateException("a channel on an unknown event loop");
    }
    return worker;
  }

  /** Goes on as the client chose in its handshake (ALPN, RFC 7301). */
  private final class Negotiation extends ApplicationProtocolNegotiationHandler {
    private final Peer peer;

    Negotiation(Peer peer) {
      super(ApplicationProtocolNames.HTTP_1_1);
      this.peer = peer;
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        hurry(Http2Connection.begin(ctx.pipeline(), settings, site, worker(ctx.channel()), peer));
      } else {
        speakHttp1(ctx.channel(), peer);
      }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      logger.debug("no TLS with {}: {}", peer.address(), cause.toString());
      var _ = ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      handshakeFailure(ctx, cause);
    }
  }
}
