package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.problem.Problem;
import tidings.http.exchange.AnswerStream;
import tidings.http.exchange.Output;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;
import tidings.http.exchange.Sender;

/**
 * One connection: its requests one after the other (RFC 9112), its deadline, and its end. What is
 * pipelined waits until the answer before it is written and the client takes it. All on the event
 * loop.
 */
final class Conversation extends Watched implements Carrier {
  private static final Logger logger = LoggerFactory.getLogger(Conversation.class);
  private static final Duration LINGER = Duration.ofSeconds(2);
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD_BYTES = 512;

  /** What a client must take of its answers at least. */
  static final int SLOWEST_BYTES_S = 4 << 10;

  private final HttpSettings settings;
  private final Site site;
  private final Worker worker;
  private final Peer peer;
  private @Nullable InetAddress client; // whose request is under way
  private final Queue<HttpObject> waiting = new ArrayDeque<>(2);
  private State state = State.OPEN;
  private @Nullable Turn turn;
  private boolean keepAlive; // whether the client of the turn asks for another
  private boolean version10;
  private boolean begun; // whether bytes of the next request have come
  private boolean taking;
  private boolean inputEnded; // whether the client sends nothing more
  private long unsent; // bytes of answers when the deadline was set

  private enum State {
    OPEN,
    /** The next answer is the last. */
    STOPPING,
    /** Nothing more is answered: what comes is thrown away. */
    ENDED
  }

  Conversation(HttpSettings settings, Site site, Worker worker, Peer peer) {
    super(worker.deadlines());
    this.settings = settings;
    this.site = site;
    this.worker = worker;
    this.peer = peer;
  }

  @Override
  void added() {
    watch(settings.headerDeadline());
  }

  @Override
  public Channel channel() {
    return context().channel();
  }

  @Override
  public Worker worker() {
    return worker;
  }

  // --- deadlines ---

  @Override
  void deadline(Duration in) {
    super.deadline(in);
    unsent = unsent();
  }

  @Override
  public void bodyDeadline() {
    deadline(settings.bodyDeadline());
  }

  /** Called before the decoder reads bytes. */
  void bytesCome() {
    if (turn == null && !begun && context().channel().isWritable()) {
      begun = true;
      deadline(settings.headerDeadline());
    }
  }

  @Override
  void late() {
    if (state != State.ENDED && turn != null) {
      if (turn.isBusy()) {
        bodyDeadline();
      } else {
        close();
      }
    } else if (isTaken()) {
      deadline(settings.idle());
    } else {
      close();
    }
  }

  private long unsent() {
    ChannelOutboundBuffer out = context().channel().unsafe().outboundBuffer();
    return out == null ? 0 : out.totalPendingWriteBytes() - out.currentProgress();
  }

  /** Whether the client took what it was sent since the deadline was set, or enough of it. */
  private boolean isTaken() {
    long left = unsent();
    return left == 0 ? unsent > 0 : unsent - left >= settings.idle().toSeconds() * SLOWEST_BYTES_S;
  }

  // --- requests, one after the other ---

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (state == State.ENDED || !(message instanceof HttpObject part)) {
      ReferenceCountUtil.release(message);
    } else {
      waiting.add(part);
      goOn();
    }
  }

  /** Takes what waits, up to what must wait for an answer, or for the client to take one. */
  private void goOn() {
    if (taking) {
      return; // an answer was given at once: the loop below goes on, at the same depth
    }
    taking = true;
    try {
      while (!waiting.isEmpty() && mayTake()) {
        take(waiting.remove());
      }
    } finally {
      taking = false;
    }
    if (inputEnded && waiting.isEmpty() && state != State.ENDED) {
      lastCame();
    }
    readOn();
  }

  private boolean mayTake() {
    return turn == null ? context().channel().isWritable() : turn.isReading();
  }

  @Override
  public void readOn() {
    if (!inputEnded) { // there is nothing to read then, and epoll takes it for an error
      boolean wanted = waiting.isEmpty() && (turn == null || !turn.isPaused());
      context().channel().config().setAutoRead(state == State.ENDED || wanted);
    }
  }

  private void take(HttpObject part) {
    if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(part);
      refuse(Malformed.of(part.decoderResult().cause(), settings));
      return;
    }
    if (part instanceof HttpRequest head) {
      begin(head);
    }
    if (part instanceof HttpContent content) {
      if (turn != null && turn.isReading()) {
        turn.take(content);
      } else {
        content.release();
      }
    }
  }

  private void begin(HttpRequest head) {
    begun = false;
    HttpVersion version = head.protocolVersion();
    if (version.majorVersion() != 1) {
      refuse(Malformed.version(version));
    } else {
      Sender sender = peer.sender(head);
      InetAddress from = sender.client();
      Request request =
          new Request(head, sender, settings.pathPrefix(), RequestId.of(head.headers()));
      version10 = request.isVersion10();
      keepAlive = !version10 && HttpUtil.isKeepAlive(head);
      turn = new Turn(this, site, request);
      bodyDeadline();
      Problem tooMany = peer.enter(from);
      if (tooMany == null) {
        client = from;
      }
      turn.begin(head, tooMany);
    }
  }

  private void leaveClient() {
    if (client != null) {
      peer.leave(client);
      client = null;
    }
  }

  // --- answers ---

  @Override
  public void goAhead() {
    var _ = context().writeAndFlush(Unpooled.wrappedBuffer(CONTINUE), context().voidPromise());
  }

  @Override
  public void answer(Response response, boolean whole) {
    boolean goesOn = goesOn(whole);
    ByteBuf out = context().alloc().directBuffer(response.sizeMax());
    response.write(out, goesOn);
    finish(out, whole, goesOn);
  }

  private boolean goesOn(boolean whole) {
    return keepAlive && whole && state == State.OPEN && !(inputEnded && waiting.isEmpty());
  }

  private void finish(ByteBuf last, boolean whole, boolean goesOn) {
    if (goesOn) {
      var _ = context().writeAndFlush(last, context().voidPromise());
      next();
    } else {
      closeAfter(last, whole);
    }
  }

  @Override
  public AnswerStream stream(Response head, Turn answered) {
    if (!keepAlive) {
      head.header("Connection", "close");
    }
    var _ = context().writeAndFlush(streamHead(head), context().voidPromise());
    return new ChunkedAnswer(
        context(),
        !version10,
        last -> {
          if (answered.endStream()) {
            finish(last, answered.isWhole(), goesOn(answered.isWhole()));
          }
        });
  }

  private ByteBuf streamHead(Response head) {
    if (!version10 && head.hasBody()) {
      head.header("Transfer-Encoding", "chunked");
    }
    ByteBuf out = context().alloc().directBuffer(HEAD_BYTES);
    head.writeHead(out);
    return out;
  }

  @Override
  public void takeOver(Response head, ChannelHandler handler) {
    Channel channel = channel();
    ByteBuf first = streamHead(head);
    channel.pipeline().addLast(handler);
    leave();
    channel.config().setAutoRead(true);
    channel.pipeline().remove(RequestDecoder.class);
    Sockets.forStream(channel, channel);
    var _ = channel.write(first, channel.voidPromise());
  }

  /** Leaves the connection to another handler. */
  private void leave() {
    discardWaiting();
    unwatch();
    if (client != null) {
      InetAddress streaming = client;
      client = null;
      var _ = channel().closeFuture().addListener(end -> peer.leave(streaming));
    }
    context().pipeline().remove(this);
  }

  /** The answer under way is whole: the next request's turn. */
  private void next() {
    turn = null;
    leaveClient();
    deadline(settings.idle());
    goOn();
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
    } else if (state != State.ENDED) {
      goOn();
    }
  }

  // --- the end ---

  @Override
  void oneMore() {
    if (state == State.OPEN) {
      state = State.STOPPING;
    }
  }

  @Override
  void stop() {
    oneMore();
    if (state == State.STOPPING && turn == null) {
      closeAfter(Unpooled.EMPTY_BUFFER, true);
    }
  }

  /** What is no HTTP is answered once, unless an answer has begun, and ends the connection. */
  private void refuse(Malformed malformed) {
    if (turn != null && !turn.lost()) {
      close();
      return;
    }
    ByteBuf out = context().alloc().directBuffer(HEAD_BYTES);
    ProblemDocument.withStatus(malformed.problem(), malformed.status())
        .guarded()
        .header("X-Request-Id", RequestId.fresh())
        .header("Vary", "Origin")
        .write(out, false);
    closeAfter(out, false);
  }

  /**
   * Closes the connection after the last bytes. While a client may still be sending, what it sends
   * is thrown away for a moment: closed at once, the connection would be reset, and the answer lost
   * (RFC 9112, 9.6).
   */
  private void closeAfter(ByteBuf last, boolean wholeRequest) {
    discardWaiting();
    state = State.ENDED;
    var written = context().writeAndFlush(last);
    deadline(settings.idle());
    if (wholeRequest) {
      written.addListener(ChannelFutureListener.CLOSE);
    } else {
      written.addListener(done -> {
        deadline(LINGER);
        Output.end(channel());
      });
    }
    readOn();
  }

  @Override
  public void close() {
    var _ = context().close();
  }

  private void discardWaiting() {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }

  /**
   * A client that has sent all it will still gets its answers, unless they may take long to come.
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      if (state == State.ENDED) {
        close();
      } else if (waiting.isEmpty()) {
        lastCame();
      }
    }
  }

  /** All has been taken that the client sent, and it sends nothing more. */
  private void lastCame() {
    if (turn == null) {
      closeAfter(Unpooled.EMPTY_BUFFER, true);
    } else if (turn.isReading() || turn.isWaiting()) {
      close();
    }
  }

  @Override
  public boolean inputEnded() {
    return inputEnded;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    unwatch();
    discardWaiting();
    leaveClient();
    state = State.ENDED;
    if (turn != null) {
      var _ = turn.lost();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("connection of {} broke", ctx.channel().remoteAddress(), cause);
    close();
  }
}
