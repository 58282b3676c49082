package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.access.Caller;
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
import tidings.http.exchange.Sender;

/** One request until it is answered. On the event loop, but for what {@link Exchange} allows. */
final class Turn implements Exchange {
  private static final Logger logger = LoggerFactory.getLogger(Turn.class);

  private final Carrier carrier;
  private final Site site;
  private final Request request;
  private final AuditNote note;
  private final Body body;
  private State state = State.READING;
  private boolean whole; // whether the request has come to its end
  private boolean paused;
  private boolean awaited; // whether the client waits for 100 before it sends the body
  private Endpoint endpoint = exchange -> {};
  private @Nullable BodyReader reader;
  private @Nullable Runnable gone;
  private @Nullable Runnable ends;
  private volatile boolean lost; // whether nobody is there to get the answer, for other threads

  private enum State {
    /** The body is coming. */
    READING,
    /** Nothing more is read, and nothing is answered yet. */
    HANDLING,
    /** The answer has begun; the body may still be coming. */
    STREAMING,
    /** It is answered, or nobody is there to get the answer. */
    DONE
  }

  Turn(Carrier carrier, Site site, Request request) {
    this.carrier = carrier;
    this.site = site;
    this.request = request;
    this.note = new AuditNote(site, request);
    this.body = new Body(carrier.channel().alloc());
  }

  private EventLoop eventLoop() {
    return carrier.channel().eventLoop();
  }

  // --- the request comes ---

  /**
   * @param tooMany why it is more than is taken on, null if it is not
   */
  void begin(HttpRequest head, @Nullable Problem tooMany) {
    Problem fault = request.sender().fault();
    if (fault != null) {
      refuse(fault);
      return;
    }
    Response refused = site.guard().check(request);
    if (refused != null) {
      respond(refused);
      return;
    }
    int hosts = request.headers(HttpHeaderNames.HOST).size();
    if (hosts > 1 || hosts == 0 && !request.isVersion10()) { // RFC 9112, 3.2
      refuse(
          new Problem(
              Problem.Kind.INVALID_REQUEST, hosts + " Host headers (expected one)", "Host"));
      return;
    }
    endpoint = site.router().find(request.method(), request.path());
    if (tooMany != null) {
      turnAway(tooMany);
      return;
    }
    awaited = HttpUtil.is100ContinueExpected(head);
    run(() -> reader = endpoint.reader(this));
    if (state != State.READING) {
      return;
    }
    if (reader == null && HttpUtil.getContentLength(head, 0L) > endpoint.bodyBytesMax()) {
      tooLarge();
    } else {
      askForBody();
    }
  }

  private void askForBody() {
    if (awaited) {
      awaited = false;
      carrier.goAhead();
    }
  }

  void take(HttpContent content) {
    whole = content instanceof LastHttpContent;
    BodyReader pieces = reader;
    if (pieces != null) {
      run(() -> pieces.read(content.content()));
      content.release();
    } else if (body.size() + content.content().readableBytes() > endpoint.bodyBytesMax()) {
      content.release();
      tooLarge();
    } else {
      body.add(content.content());
    }
    if (whole && state == State.READING) {
      state = State.HANDLING;
      run(pieces == null ? () -> endpoint.handle(this) : pieces::end);
    } else if (whole && state == State.STREAMING && pieces != null) {
      run(pieces::end);
    }
  }

  private void tooLarge() {
    state = State.HANDLING;
    body.release();
    String detail =
        endpoint.bodyBytesMax() == 0
            ? "a body (expected none)"
            : "the body is too large (expected at most " + endpoint.bodyBytesMax() + " bytes)";
    run(() -> endpoint.handleTooLarge(this, Problem.of(Problem.Kind.TOO_LARGE, detail)));
  }

  // --- what the connection asks and tells ---

  /** Whether it takes more of its body. */
  boolean isReading() {
    return !whole && (state == State.READING || state == State.STREAMING);
  }

  boolean isPaused() {
    return paused && isReading();
  }

  /** Whether the hub, and not the client, makes it last. */
  boolean isBusy() {
    return state == State.HANDLING || reader != null && reader.isBusy();
  }

  /** Whether it waits for something that may take long to happen. */
  boolean isWaiting() {
    return state == State.HANDLING && gone != null;
  }

  void writable() {
    if (reader != null && state == State.STREAMING) {
      run(reader::writable);
    }
  }

  /**
   * There is nobody to answer any more.
   *
   * @return whether no answer has begun
   */
  boolean lost() {
    State before = state;
    state = State.DONE;
    lost = true;
    body.release();
    ended();
    if (gone != null && before != State.DONE) {
      gone.run();
    }
    if (reader != null) {
      reader.gone();
    }
    return before == State.READING || before == State.HANDLING;
  }

  // --- what the endpoint does ---

  @Override
  public Request request() {
    return request;
  }

  @Override
  public void identified(Caller known) {
    note.identified(known);
  }

  @Override
  public void administers(String what) {
    note.administers(what);
  }

  @Override
  public void signsIn() {
    note.signsIn();
  }

  @Override
  public void signsOut() {
    note.signsOut();
  }

  @Override
  public void refused(Problem problem) {
    note.refused(ProblemDocument.status(problem.kind()));
  }

  @Override
  public ByteBuf body() {
    return body.bytes();
  }

  @Override
  public void respond(Response response) {
    now(() -> answer(response));
  }

  private void now(Runnable task) {
    if (eventLoop().inEventLoop()) {
      task.run();
    } else {
      eventLoop().execute(task);
    }
  }

  private void answer(Response response) {
    if (lost) {
      note.answered(response.status()); // it was done, or refused, all the same
    }
    if (state == State.DONE) {
      return; // the connection is gone, or an endpoint failed after its answer
    }
    state = State.DONE;
    body.release();
    ended();
    try {
      note.answered(response.status());
      if (request.method().equals(HttpMethod.HEAD)) {
        response.withoutBody();
      }
      carrier.answer(decorate(response), whole);
    } catch (Throwable failure) { // there is no answer to give
      report(failure);
      carrier.close();
    }
  }

  @Override
  public void fail(Throwable failure) {
    now(() -> {
      if (state == State.STREAMING) {
        carrier.close(); // an answer that has begun can only be broken off
      } else {
        Exchange.super.fail(failure);
      }
    });
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) { // becomes the answer
      report(failure);
      fail(failure);
    }
  }

  private void report(Throwable failure) {
    if (!(failure instanceof Refusal)) {
      logger.error("request {} {} failed", request.shownMethod(), request.id(), failure);
    }
  }

  @Override
  public void onGone(Runnable task) {
    gone = task;
    if (carrier.inputEnded()) {
      carrier.close();
    }
  }

  @Override
  public void onEnd(Runnable task) {
    if (state == State.DONE) {
      task.run();
      return;
    }
    Runnable before = ends;
    ends =
        before == null
            ? task
            : () -> {
              before.run();
              task.run();
            };
  }

  private void ended() {
    Runnable tasks = ends;
    ends = null;
    if (tasks != null) {
      tasks.run();
    }
  }

  @Override
  public void pause(boolean now) {
    paused = now;
    carrier.readOn();
  }

  @Override
  public void moreTime() {
    carrier.bodyDeadline();
  }

  @Override
  public AnswerStream stream(Response head) {
    if (state == State.DONE) {
      throw new IllegalStateException("an answer that begins after the end");
    }
    askForBody();
    state = State.STREAMING;
    return carrier.stream(decorate(head), this);
  }

  /** Ends an answer that has begun, unless it is over already. */
  boolean endStream() {
    if (state != State.STREAMING) {
      return false;
    }
    state = State.DONE;
    ended();
    return true;
  }

  /** Bytes of the body that are kept until all of it has come. */
  int collected() {
    return body.size();
  }

  /** Whether the request has come to its end. */
  boolean isWhole() {
    return whole;
  }

  private Response decorate(Response response) {
    site.decoration().apply(request, response);
    return response;
  }

  @Override
  public void onLoop(Runnable task) {
    eventLoop()
        .execute(() -> {
          if (state != State.DONE) {
            run(task);
          }
        });
  }

  @Override
  public ScheduledExecutorService loop() {
    return eventLoop();
  }

  @Override
  public void blocking(Runnable task) {
    Problem refusal =
        offLoop(() -> {
          if (!lost) {
            run(task);
          }
        });
    if (refusal != null) {
      turnAway(refusal);
    }
  }

  @Override
  public @Nullable Problem offLoop(Runnable task) {
    InetAddress client = Sender.network(request.sender().client());
    if (!request.isLocal() && !carrier.worker().tasks().enter(client)) {
      return Peer.TOO_MANY;
    }
    try {
      site.blocking()
          .execute(() -> {
            try {
              task.run();
            } finally {
              workedFor(client);
            }
          });
      return null;
    } catch (RejectedExecutionException e) {
      workedFor(client);
      return Problem.of(Problem.Kind.OVERLOADED, "too many requests at once");
    }
  }

  @Override
  public void reading(Runnable task) {
    Caller caller = note.caller();
    Object who =
        caller == null || caller.isAnonymous()
            ? Sender.network(request.sender().client())
            : caller.publisher();
    blocking(() ->
        carrier
            .worker()
            .reads()
            .run(
                who,
                () -> {
                  if (!lost) {
                    task.run();
                  }
                }));
  }

  /** A client that gives up is counted until the work for it has come to its end. */
  private void workedFor(InetAddress client) {
    if (!request.isLocal()) {
      carrier.worker().tasks().leave(client);
    }
  }

  @Override
  public void turnAway(Problem problem, int waitS) {
    note.answered(ProblemDocument.status(problem.kind())); // a stream's answer is 200 all the same
    run(() -> endpoint.handleOverload(this, problem, waitS));
  }

  @Override
  public Dispatcher dispatcher() {
    return carrier.worker().dispatcher();
  }

  @Override
  public void takeOver(Response head, ChannelHandler handler) {
    state = State.DONE;
    body.release();
    var _ = carrier.channel().closeFuture().addListener(closed -> ended());
    try {
      carrier.takeOver(decorate(head), handler);
    } catch (RuntimeException | Error e) { // nobody would look after the connection
      var _ = carrier.channel().close();
      throw e;
    }
  }
}
