package tidings.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of HTTP/2 (RFC 9113): how many requests it carries, its deadline, and its end.
 * Each request is a channel of its own. All on the event loop.
 */
final class Http2Connection extends Watched {
  /** Requests and streams of one connection at a time. */
  static final int STREAMS_MAX = 100;

  private static final Logger logger = LoggerFactory.getLogger(Http2Connection.class);

  /** Bytes of answers, and of bodies, that may wait for one client; a proxy has many. */
  private static final int WAITING_MAX = 4 << 20;

  private static final int WAITING_MAX_OF_PROXY = 64 << 20;

  /**
   * Requests that a client may take back, or make the hub break off, within half a minute
   * (CVE-2023-44487); a proxy does so for many.
   */
  private static final int RESETS_MAX = 200;

  /** Bytes that may come before they are read, on all streams together. */
  private static final int WINDOW = 1 << 20;

  private static final int RESETS_S = 30;

  private final HttpSettings settings;
  private final int waitingMax;
  private int streams;
  private int waiting;
  private boolean last; // whether it ends with the requests that are under way
  private boolean stopping;

  private Http2Connection(HttpSettings settings, Deadlines deadlines, Peer peer) {
    super(deadlines);
    this.settings = settings;
    this.waitingMax = peer.isProxy() ? WAITING_MAX_OF_PROXY : WAITING_MAX;
  }

  /** Makes a channel speak HTTP/2, from the client's preface on. */
  static Http2Connection begin(
      ChannelPipeline pipeline, HttpSettings settings, Site site, Worker worker, Peer peer) {
    Http2Connection connection = new Http2Connection(settings, worker.deadlines(), peer);
    int resetsMax = peer.isProxy() ? 0 : RESETS_MAX;
    pipeline.addLast(
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .maxConcurrentStreams(STREAMS_MAX)
                    .maxHeaderListSize(settings.headerBytesMax()))
            .gracefulShutdownTimeoutMillis(settings.bodyDeadline().toMillis())
            .decoderEnforceMaxRstFramesPerWindow(resetsMax, RESETS_S)
            .encoderEnforceMaxRstFramesPerWindow(resetsMax, RESETS_S)
            .build());
    pipeline.addLast(
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                connection.opened(stream);
                stream.config().setAutoRead(false); // until all that has come was looked at
                stream.eventLoop().execute(() -> stream.config().setAutoRead(true));
                stream
                    .pipeline()
                    .addLast(new Http2Exchange(settings, site, worker, peer, connection));
              }
            }));
    pipeline.addLast(connection);
    return connection;
  }

  @Override
  void added() {
    watch(settings.headerDeadline());
    Channel channel = context().channel();
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false); // who ends is gone
    if (((DuplexChannel) channel).isInputShutdown()) {
      var _ = channel.close();
    } else {
      var _ = context().writeAndFlush(new DefaultHttp2WindowUpdateFrame(WINDOW));
    }
  }

  private void opened(Channel stream) {
    streams++;
    var _ = stream.closeFuture().addListener(closed -> closed());
  }

  private void closed() {
    streams--;
    if (streams == 0) {
      if (context().channel().isWritable()) { // or it takes nothing, but asks and takes it back
        deadline(settings.idle());
      }
      if (last) {
        stop();
      }
    }
  }

  /** Counts bytes that wait for the client to take them, or to send the rest. */
  void awaits(int bytes) {
    waiting += bytes;
  }

  /** Counts bytes that wait no longer. */
  void awaitsNoMore(int bytes) {
    waiting -= bytes;
  }

  /** Whether so much waits that more would cost memory; one answer may always wait. */
  boolean isClogged(int more) {
    return waiting > 0 && waiting + more > waitingMax || unsent() > waitingMax;
  }

  /** What was handed to the socket and is not sent, such as the heads of answers. */
  private long unsent() {
    ChannelOutboundBuffer out = context().channel().unsafe().outboundBuffer();
    return out == null ? 0 : out.totalPendingWriteBytes();
  }

  @Override
  void late() {
    if (streams > 0) {
      deadline(settings.idle()); // each request has a deadline of its own
    } else {
      var _ = context().close();
    }
  }

  @Override
  void oneMore() {
    last = true;
    goAway(Integer.MAX_VALUE);
  }

  @Override
  void stop() {
    if (!stopping) {
      stopping = true;
      goAway(0);
      var _ = context().close(); // once no stream is left
    }
  }

  /** Says that no more requests are taken after some that may be on their way (RFC 9113, 6.8). */
  private void goAway(int more) {
    var _ =
        context()
            .writeAndFlush(
                new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(more));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    ReferenceCountUtil.release(frame); // of the connection itself: the codec has seen to it
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    unwatch();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("connection of {} broke", ctx.channel().remoteAddress(), cause);
    if (!(cause instanceof Http2Exception)) { // of which the codec tells the client
      var _ = ctx.close();
    }
  }
}
