package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.problem.Problem;
import tidings.http.exchange.AnswerStream;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;
import tidings.http.exchange.Sender;

/** A request and its answer over HTTP/2: one stream (RFC 9113, 8.1). All on the event loop. */
final class Http2Exchange extends Watched implements Carrier {
  private static final Logger logger = LoggerFactory.getLogger(Http2Exchange.class);

  /** An answer of this size is given even to a client that takes its others slowly. */
  private static final int SMALL_BYTES = 1 << 10;

  /** As much as a frame may hold that a client has not asked to be larger. */
  private static final int PIECE_BYTES = 16 << 10;

  private final HttpSettings settings;
  private final Site site;
  private final Worker worker;
  private final Peer peer;
  private final Http2Connection connection;
  private @Nullable InetAddress client;
  private @Nullable Turn turn;
  private boolean takenBack;
  private boolean ended; // whether the request came to its end with its head
  private int collected;
  private boolean answered;
  private long unsent; // bytes of the answer when the deadline was set, but for the last few

  Http2Exchange(
      HttpSettings settings, Site site, Worker worker, Peer peer, Http2Connection connection) {
    super(worker.deadlines());
    this.settings = settings;
    this.site = site;
    this.worker = worker;
    this.peer = peer;
    this.connection = connection;
  }

  @Override
  void added() {
    watch(settings.headerDeadline());
  }

  // --- the request ---

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    switch (frame) {
      case Http2HeadersFrame head when turn == null -> begin(head);
      case Http2HeadersFrame trailers -> take(new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER));
      case Http2DataFrame data ->
          take(
              data.isEndStream()
                  ? new DefaultLastHttpContent(data.content())
                  : new DefaultHttpContent(data.content()));
      default -> ReferenceCountUtil.release(frame);
    }
  }

  /** A request that is taken back as soon as it is sent costs next to nothing: it never begins. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    takenBack |= event instanceof Http2ResetFrame;
    super.userEventTriggered(ctx, event);
  }

  private void begin(Http2HeadersFrame frame) {
    if (takenBack) {
      return;
    }
    if (connection.isClogged(0)) {
      reset(Http2Error.REFUSED_STREAM);
      return;
    }
    ended = frame.isEndStream();
    HttpRequest head = Http2Head.read(frame.headers());
    if (head == null) {
      reset(Http2Error.PROTOCOL_ERROR); // malformed (RFC 9113, 8.1.1)
      return;
    }
    Sender sender = peer.sender(head);
    InetAddress from = sender.client();
    Request request =
        new Request(head, sender, settings.pathPrefix(), RequestId.of(head.headers()));
    Turn begun = new Turn(this, site, request);
    turn = begun;
    bodyDeadline();
    if (head.uri().length() > settings.targetBytesMax()) {
      Malformed malformed = Malformed.target(settings);
      begun.respond(ProblemDocument.withStatus(malformed.problem(), malformed.status()));
      return;
    }
    Problem tooMany = peer.enterStream(from);
    if (tooMany == null) {
      client = from;
    }
    begun.begin(head, tooMany);
    if (ended) {
      take(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }

  private void take(HttpContent content) {
    if (turn != null && turn.isReading()) {
      turn.take(content);
      collect(turn.collected());
      if (collected > 0 && connection.isClogged(0)) {
        reset(Http2Error.ENHANCE_YOUR_CALM);
      }
    } else {
      content.release();
    }
  }

  /** Notes how much of the body waits for the rest. */
  private void collect(int bytes) {
    connection.awaits(bytes - collected);
    collected = bytes;
  }

  @Override
  public void readOn() {
    channel().config().setAutoRead(turn == null || !turn.isPaused());
  }

  @Override
  public void bodyDeadline() {
    deadline(settings.bodyDeadline());
  }

  @Override
  void late() {
    if (!answered && turn != null && turn.isBusy()) {
      bodyDeadline();
    } else if (answered && isTaken()) {
      waitForAnswer();
    } else {
      reset(
          Http2Error.CANCEL); // closed in good order, it would wait for the client to take the rest
    }
  }

  /** Whether the client took enough of the answer since the deadline was set. */
  private boolean isTaken() {
    long left = channel().bytesBeforeWritable();
    long enough = settings.idle().toSeconds() * Conversation.SLOWEST_BYTES_S;
    return left == 0 ? unsent > 0 : unsent - left >= enough;
  }

  private void waitForAnswer() {
    deadline(settings.idle());
    unsent = channel().bytesBeforeWritable();
  }

  // --- the answer ---

  @Override
  public Channel channel() {
    return context().channel();
  }

  @Override
  public Worker worker() {
    return worker;
  }

  @Override
  public void goAhead() {
    var _ = context().writeAndFlush(head(new DefaultHttp2Headers().status("100"), false));
  }

  @Override
  public void answer(Response response, boolean whole) {
    byte[] body = response.body();
    collect(0);
    if (body.length > SMALL_BYTES && connection.isClogged(body.length)) {
      reset(Http2Error.ENHANCE_YOUR_CALM);
      return;
    }
    Http2Headers headers = headers(response);
    if (response.contentLength() >= 0) {
      headers.setInt("content-length", response.contentLength());
    }
    ChannelFuture head = context().write(head(headers, body.length == 0));
    finish(body.length == 0 ? head : writePieces(Unpooled.wrappedBuffer(body)), body.length, whole);
    context().flush();
  }

  /** Writes a body so that it can be seen how much of it is taken. */
  private ChannelFuture writePieces(ByteBuf body) {
    while (body.readableBytes() > PIECE_BYTES) {
      var _ = context().write(data(body.readRetainedSlice(PIECE_BYTES), false));
    }
    return context().write(data(body, true));
  }

  @Override
  public AnswerStream stream(Response head, Turn answering) {
    var _ = context().writeAndFlush(head(headers(head), false));
    return new AnswerStream() {
      @Override
      public boolean isWritable() {
        return channel().isWritable();
      }

      @Override
      public void write(ByteBuf piece) {
        var _ = context().writeAndFlush(data(piece, false));
      }

      @Override
      public void end() {
        if (answering.endStream()) {
          finish(
              context().writeAndFlush(data(Unpooled.EMPTY_BUFFER, true)), 0, answering.isWhole());
        }
      }
    };
  }

  /** The answer is written; a request that nobody reads to its end is taken back (8.1). */
  private void finish(ChannelFuture last, int bytes, boolean whole) {
    answered = true;
    waitForAnswer();
    connection.awaits(bytes);
    last.addListener(written -> {
      connection.awaitsNoMore(bytes);
      if (!whole && !ended) {
        reset(Http2Error.NO_ERROR);
      }
    });
  }

  @Override
  public void takeOver(Response head, ChannelHandler handler) {
    Channel channel = channel();
    var _ = context().write(head(headers(head), false));
    collect(0);
    InetAddress streaming = client;
    client = null;
    if (streaming != null) {
      var _ = channel.closeFuture().addListener(closed -> peer.leaveStream(streaming));
    }
    unwatch();
    channel.pipeline().addLast(new DataFrames()).addLast(handler);
    channel.pipeline().remove(this);
    channel.config().setAutoRead(true);
    Sockets.forStream(channel, channel.parent());
  }

  private static Http2Headers headers(Response response) {
    Http2Headers headers = new DefaultHttp2Headers().status(Integer.toString(response.status()));
    response.forEachHeader((name, value) -> headers.add(name.toLowerCase(Locale.ROOT), value));
    return headers;
  }

  private static DefaultHttp2HeadersFrame head(Http2Headers headers, boolean last) {
    return new DefaultHttp2HeadersFrame(headers, last);
  }

  private static DefaultHttp2DataFrame data(ByteBuf bytes, boolean last) {
    return new DefaultHttp2DataFrame(bytes, last);
  }

  // --- the end ---

  private void reset(Http2Error error) {
    var _ = context().writeAndFlush(new DefaultHttp2ResetFrame(error));
  }

  @Override
  public boolean inputEnded() {
    return false; // a client that is gone resets its stream
  }

  @Override
  public void close() {
    var _ = context().close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) { // perhaps amid a write: what goes on does so afterwards
      ctx.channel().eventLoop().execute(this::writable);
    }
  }

  private void writable() {
    if (turn != null) {
      turn.writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    unwatch();
    collect(0);
    if (client != null) {
      peer.leaveStream(client);
      client = null;
    }
    if (turn != null) {
      var _ = turn.lost();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("a request of {} broke", peer.address(), cause);
    if (cause instanceof Http2Exception e) {
      reset(e.error());
    } else {
      close();
    }
  }
}
