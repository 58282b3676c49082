package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.delivery.Dispatcher;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Request;

/**
 * One connection: its requests one after the other (RFC 9112), its deadline, and its end. What is
 * pipelined waits until the answer before it is written and the client takes it. All on the event
 * loop.
 */
final class Conversation extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(Conversation.class);
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** How soon a client must ask while others wait for its place. */
  private static final Duration BRIEF = Duration.ofSeconds(1);

  /** What a client must take of its answers at least. */
  private static final int SLOWEST_BYTES_S = 4 << 10;

  private final HttpSettings settings;
  private final Site site;
  private final Worker worker;
  private final InetAddress peer;
  private final @Nullable Connections counted; // where a trusted proxy's requests are counted
  private @Nullable InetAddress client; // that of the request under way, if it is counted
  private final Queue<HttpObject> waiting = new ArrayDeque<>(2);
  private @Nullable ChannelHandlerContext context;
  private State state = State.OPEN;
  private @Nullable Turn turn;
  private boolean begun; // whether bytes of the next request have come
  private boolean taking;
  private boolean inputEnded; // whether the client sends nothing more
  private long unsent; // bytes of answers when the deadline was set

  /** When the connection ends unless something has happened by then. */
  long deadline;

  /** Its place among those that are watched, -1 if it is not. */
  int slot = -1;

  private enum State {
    OPEN,
    /** The next answer is the last. */
    STOPPING,
    /** Nothing more is answered: what comes is thrown away. */
    ENDED
  }

  /**
   * @param counted where the clients of each request are counted, null if the peer itself is
   */
  Conversation(
      HttpSettings settings,
      Site site,
      Worker worker,
      InetAddress peer,
      @Nullable Connections counted) {
    this.settings = settings;
    this.site = site;
    this.worker = worker;
    this.peer = peer;
    this.counted = counted;
  }

  /** What belongs to an event loop. */
  record Worker(Dispatcher dispatcher, Deadlines deadlines) {}

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    worker.deadlines().add(this);
    deadline(settings.headerDeadline());
  }

  ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return context;
  }

  Worker worker() {
    return worker;
  }

  // --- deadlines ---

  private void deadline(Duration in) {
    deadline = worker.deadlines().now() + in.toNanos();
    unsent = unsent();
  }

  /** Gives a request's body its time. */
  void bodyDeadline() {
    deadline(settings.bodyDeadline());
  }

  /** Called before the decoder reads bytes. */
  void bytesCome() {
    if (turn == null && !begun && context().channel().isWritable()) {
      begun = true;
      deadline(settings.headerDeadline());
    }
  }

  /** The deadline has passed. */
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

  /** Reads from the connection, or not. */
  void readOn() {
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
      InetAddress from = counted == null ? peer : clientBehind(head);
      Request request = new Request(head, from, RequestId.of(head.headers()));
      turn = new Turn(this, site, request, !request.isVersion10() && HttpUtil.isKeepAlive(head));
      bodyDeadline();
      turn.begin(head, counted == null || enter(from, counted));
    }
  }

  private InetAddress clientBehind(HttpRequest head) {
    return settings.trustedProxies().client(peer, head.headers().getAll("X-Forwarded-For"));
  }

  private boolean enter(InetAddress from, Connections clients) {
    if (from.equals(peer)) {
      return true; // the proxy itself, or one that does not say for whom
    }
    if (!clients.enter(from)) {
      return false;
    }
    client = from;
    return true;
  }

  private void leaveClientAtEnd() {
    if (client != null && counted != null) {
      InetAddress streaming = client;
      Connections clients = counted;
      client = null;
      var _ = context().channel().closeFuture().addListener(end -> clients.leave(streaming));
    }
  }

  private void leaveClient() {
    if (client != null && counted != null) {
      counted.leave(client);
      client = null;
    }
  }

  /** Whether there may be a request after the one under way. */
  boolean mayGoOn() {
    return state == State.OPEN && !(inputEnded && waiting.isEmpty());
  }

  /** The answer under way is whole: the next request's turn. */
  void next() {
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

  /** Answers one request, if that begins to come at once. */
  void beBrief() {
    oneMore();
    deadline(BRIEF);
  }

  /** Closes the connection after the next answer. */
  void oneMore() {
    if (state == State.OPEN) {
      state = State.STOPPING;
    }
  }

  /** Closes the connection once nothing is under way. */
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
    ByteBuf out = context().alloc().directBuffer(512);
    ProblemDocument.response(malformed.problem(), malformed.status())
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
  void closeAfter(ByteBuf last, boolean wholeRequest) {
    discardWaiting();
    state = State.ENDED;
    var written = context().writeAndFlush(last);
    deadline(settings.idle());
    if (wholeRequest) {
      written.addListener(ChannelFutureListener.CLOSE);
    } else {
      written.addListener(done -> {
        deadline(LINGER);
        var _ = ((SocketChannel) context().channel()).shutdownOutput();
      });
    }
    readOn();
  }

  void close() {
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

  boolean inputEnded() {
    return inputEnded;
  }

  /** Leaves the connection to another handler. */
  void leave() {
    discardWaiting();
    worker.deadlines().remove(this);
    leaveClientAtEnd();
    context().pipeline().remove(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    worker.deadlines().remove(this);
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
