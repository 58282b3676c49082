package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.delivery.Dispatcher;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.exchange.AnswerStream;
import tidings.http.exchange.BodyReader;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;

/**
 * One connection's requests and answers, one after the other (RFC 9112): what is pipelined waits
 * until the answer before it is written. All on the event loop.
 */
final class Conversation extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(Conversation.class);
  private static final Duration LINGER = Duration.ofSeconds(2);
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final HttpSettings settings;
  private final Site site;
  private final Worker worker;
  private final Queue<HttpObject> waiting = new ArrayDeque<>(2);
  private @Nullable ChannelHandlerContext context;
  private @Nullable Turn turn;
  private boolean begun; // whether bytes of the next request have come
  private boolean stopping;
  private boolean takingWaiting;
  private boolean inputEnded; // whether the client sends nothing more
  private boolean ended; // nothing more is answered: what comes is thrown away

  /** When the connection ends unless something has happened by then. */
  long deadline;

  /** Its place among those that are watched, -1 if it is not. */
  int slot = -1;

  Conversation(HttpSettings settings, Site site, Worker worker) {
    this.settings = settings;
    this.site = site;
    this.worker = worker;
  }

  /** What belongs to an event loop. */
  record Worker(Dispatcher dispatcher, Deadlines deadlines) {}

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    worker.deadlines().add(this);
    deadline(settings.headerDeadline());
  }

  private ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return context;
  }

  private void deadline(Duration in) {
    deadline = worker.deadlines().now() + in.toNanos();
  }

  /** Called before the decoder reads bytes. */
  void bytesCome() {
    if (turn == null && !begun) {
      begun = true;
      deadline(settings.headerDeadline());
    }
  }

  /** The deadline has passed. */
  void late() {
    if (!ended && turn != null && turn.reader != null && turn.reader.isBusy()) {
      turn.moreTime();
    } else if (ended || turn == null || turn.reading) {
      var _ = context().close();
    }
  }

  /** Closes the connection after the next answer. */
  void oneMore() {
    stopping = true;
  }

  /** Closes the connection once nothing is under way. */
  void stop() {
    stopping = true;
    if (turn == null) {
      var _ = context().close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (ended || !(message instanceof HttpObject part)) {
      ReferenceCountUtil.release(message);
    } else if (turn != null && !turn.reading) {
      waiting.add(part);
      ctx.channel().config().setAutoRead(false);
    } else {
      take(part);
    }
  }

  private void take(HttpObject part) {
    if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(part);
      malformed(part.decoderResult().cause());
      return;
    }
    if (part instanceof HttpRequest head) {
      begin(head);
    }
    if (part instanceof HttpContent content) {
      Turn now = turn;
      if (now != null && now.reading) {
        now.take(content);
      } else {
        content.release();
      }
    }
  }

  private void begin(HttpRequest head) {
    begun = false;
    if (head.protocolVersion().majorVersion() != 1) {
      refuseConnection(
          Problem.of(
              Problem.Kind.INVALID_REQUEST,
              head.protocolVersion() + " is not spoken here (expected HTTP/1.1)"),
          505);
      return;
    }
    Request request =
        new Request(
            head.method(),
            head.uri(),
            head.headers(),
            head.protocolVersion().equals(HttpVersion.HTTP_1_0),
            (InetSocketAddress) context().channel().remoteAddress(),
            RequestId.of(head.headers()));
    boolean keepAlive = !request.isVersion10() && HttpUtil.isKeepAlive(head);
    Turn now = new Turn(request, keepAlive);
    turn = now;
    deadline(settings.bodyDeadline());
    Response refused = site.guard().check(request);
    if (refused != null) {
      now.respond(refused);
      return;
    }
    Endpoint endpoint = site.router().find(request.method(), request.path());
    now.endpoint = endpoint;
    now.run(() -> now.reader = endpoint.reader(now));
    if (now.answered) {
      return;
    }
    if (now.reader == null && HttpUtil.getContentLength(head, 0L) > endpoint.bodyBytesMax()) {
      now.tooLarge();
    } else if (HttpUtil.is100ContinueExpected(head)) {
      var _ = context().writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
    }
  }

  private static Problem tooLarge(Endpoint endpoint) {
    return Problem.of(
        Problem.Kind.TOO_LARGE,
        endpoint.bodyBytesMax() == 0
            ? "a body (expected none)"
            : "the body is too large (expected at most " + endpoint.bodyBytesMax() + " bytes)");
  }

  /** What is no HTTP is answered once, and ends the connection. */
  private void malformed(Throwable cause) {
    Problem problem = Problem.of(Problem.Kind.INVALID_REQUEST, "the request is not valid HTTP/1.1");
    int status = 400;
    if (cause instanceof TooLongHttpLineException) {
      problem =
          Problem.of(
              Problem.Kind.TOO_LARGE,
              "the request line is too long (expected at most %d bytes)"
                  .formatted(settings.targetBytesMax()));
      status = 414;
    } else if (cause instanceof TooLongHttpHeaderException
        || cause instanceof TooLongFrameException) {
      problem =
          Problem.of(
              Problem.Kind.TOO_LARGE,
              "the headers are too large (expected at most %d bytes)"
                  .formatted(settings.headerBytesMax()));
      status = 431;
    }
    refuseConnection(problem, status);
  }

  private void refuseConnection(Problem problem, int status) {
    ByteBuf out = context().alloc().directBuffer(512);
    ProblemDocument.response(problem, status)
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
    ended = true;
    if (wholeRequest) {
      worker.deadlines().remove(this);
      var _ = context().writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    deadline(LINGER);
    context().channel().config().setAutoRead(true);
    var _ =
        context()
            .writeAndFlush(last)
            .addListener(written -> {
              var _ = ((SocketChannel) context().channel()).shutdownOutput();
            });
  }

  private void next() {
    turn = null;
    if (stopping) {
      var _ = context().close();
      return;
    }
    deadline(settings.idle());
    if (takingWaiting) {
      return; // an answer given at once, below: the loop there goes on, at the same depth
    }
    takingWaiting = true;
    while (!waiting.isEmpty() && (turn == null || turn.reading)) {
      take(waiting.remove());
    }
    takingWaiting = false;
    if (waiting.isEmpty()) {
      context().channel().config().setAutoRead(true);
    }
  }

  private void discardWaiting() {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (turn != null && turn.reader != null && ctx.channel().isWritable()) {
      turn.reader.writable();
    }
  }

  /** A client that has sent all it will still gets its answer, unless it may take long to come. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      if (ended || turn == null || turn.reading || turn.gone != null) {
        var _ = ctx.close();
      } else {
        inputEnded = true;
        stopping = true;
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    worker.deadlines().remove(this);
    discardWaiting();
    ended = true;
    if (turn != null) {
      turn.lost();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug("connection of {} broke", ctx.channel().remoteAddress(), cause);
    var _ = ctx.close();
  }

  /** One request until it is answered. */
  private final class Turn implements Exchange {
    private final Request request;
    private final boolean keepAlive;
    private ByteBuf body = Unpooled.EMPTY_BUFFER;
    private boolean reading = true;
    private boolean whole; // whether the body has come to its end
    private boolean answered;
    private boolean streaming; // whether the answer has begun and not ended
    private boolean paused;
    private @Nullable Runnable gone;
    private @Nullable BodyReader reader;
    private Endpoint endpoint = exchange -> {};

    Turn(Request request, boolean keepAlive) {
      this.request = request;
      this.keepAlive = keepAlive;
    }

    void take(HttpContent content) {
      whole = content instanceof LastHttpContent;
      BodyReader pieces = reader;
      if (pieces == null) {
        collect(content);
      } else {
        run(() -> pieces.read(content.content()));
        content.release();
      }
      if (whole && reading) {
        reading = false;
        run(pieces == null ? () -> endpoint.handle(this) : pieces::end);
      }
    }

    private void collect(HttpContent content) {
      if (body.readableBytes() + content.content().readableBytes() > endpoint.bodyBytesMax()) {
        content.release();
        tooLarge();
      } else if (!body.isReadable()) {
        body = content.content(); // most bodies come in one piece
      } else {
        ByteBuf joined = context().alloc().buffer(body.readableBytes() * 2);
        joined.writeBytes(body).writeBytes(content.content());
        body.release();
        content.release();
        body = joined;
      }
    }

    void tooLarge() {
      reading = false;
      release();
      run(() -> endpoint.handleTooLarge(this, Conversation.tooLarge(endpoint)));
    }

    /** The connection is gone. */
    void lost() {
      release();
      if (!answered) {
        answered = true;
        if (gone != null) {
          gone.run();
        }
      }
      if (reader != null) {
        reader.gone();
      }
    }

    private void run(Runnable task) {
      try {
        task.run();
      } catch (Throwable failure) { // becomes the answer; errors end the process elsewhere
        report(failure);
        fail(failure);
      }
    }

    private void report(Throwable failure) {
      if (!(failure instanceof Refusal)) {
        logger.error("request {} {} failed", request.method(), request.id(), failure);
      }
    }

    void release() {
      body.release();
      body = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public Request request() {
      return request;
    }

    @Override
    public ByteBuf body() {
      return body;
    }

    @Override
    public void respond(Response response) {
      if (context().channel().eventLoop().inEventLoop()) {
        answer(response);
      } else {
        context().channel().eventLoop().execute(() -> answer(response));
      }
    }

    private void answer(Response response) {
      if (answered) {
        return; // the connection is gone, or an endpoint failed after its answer
      }
      answered = true;
      release();
      if (request.method().equals(HttpMethod.HEAD)) {
        response.withoutBody();
      }
      decorate(response);
      boolean goesOn = keepAlive && whole && !stopping;
      ByteBuf out = context().alloc().directBuffer(response.sizeMax());
      response.write(out, goesOn);
      reading = false;
      if (goesOn) {
        var _ = context().writeAndFlush(out, context().voidPromise());
        next();
      } else {
        closeAfter(out, whole);
      }
    }

    @Override
    public void fail(Throwable failure) {
      if (streaming) {
        var _ = context().close(); // an answer that has begun can only be broken off
      } else {
        Exchange.super.fail(failure);
      }
    }

    @Override
    public void onGone(Runnable task) {
      if (answered) {
        task.run(); // the connection broke while the caller was being found out
        return;
      }
      gone = task;
      if (inputEnded) {
        var _ = context().close();
      }
    }

    @Override
    public void pause(boolean now) {
      if (paused != now && !ended) {
        paused = now;
        context().channel().config().setAutoRead(!now);
      }
    }

    @Override
    public void moreTime() {
      deadline(settings.bodyDeadline());
    }

    @Override
    public AnswerStream stream(Response head) {
      answered = true;
      streaming = true;
      boolean chunked = !request.isVersion10();
      if (chunked) {
        head.header("Transfer-Encoding", "chunked");
      }
      if (!keepAlive) {
        head.header("Connection", "close");
      }
      ByteBuf out = context().alloc().directBuffer(512);
      decorate(head).writeHead(out);
      var _ = context().writeAndFlush(out, context().voidPromise());
      return new ChunkedAnswer(context(), chunked, this::endStream);
    }

    private void endStream(ByteBuf last) {
      reading = false;
      streaming = false;
      if (keepAlive && whole && !stopping) {
        var _ = context().writeAndFlush(last, context().voidPromise());
        next();
      } else {
        closeAfter(last, whole);
      }
    }

    @Override
    public Response decorate(Response response) {
      site.decoration().apply(request, response);
      return response;
    }

    @Override
    public void onLoop(Runnable task) {
      context().channel().eventLoop().execute(() -> run(task));
    }

    @Override
    public ScheduledExecutorService loop() {
      return context().channel().eventLoop();
    }

    @Override
    public void blocking(Runnable task) {
      try {
        site.blocking().execute(() -> run(task));
      } catch (RejectedExecutionException e) {
        refuse(Problem.of(Problem.Kind.OVERLOADED, "too many requests at once"));
      }
    }

    @Override
    public Dispatcher dispatcher() {
      return worker.dispatcher();
    }

    @Override
    public Channel takeOver(ChannelHandler handler) {
      answered = true;
      release();
      discardWaiting();
      worker.deadlines().remove(Conversation.this);
      Channel channel = context().channel();
      channel.pipeline().addLast(handler);
      channel.pipeline().remove(Conversation.this);
      channel.pipeline().remove(RequestDecoder.class);
      channel.config().setAutoRead(true);
      Sockets.forStream(channel);
      return channel;
    }
  }
}
