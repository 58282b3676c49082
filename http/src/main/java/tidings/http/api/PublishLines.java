package tidings.http.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.Hub;
import tidings.core.log.Append;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.gates.tidings.DraftReader;
import tidings.http.exchange.AnswerStream;
import tidings.http.exchange.BodyReader;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;

/**
 * Publishes NDJSON: each line on its own, answered in order as it is committed. At most so many
 * lines wait for the store; while they do, or while the client does not take its answers, no more
 * is read. On the event loop.
 */
final class PublishLines implements BodyReader {
  private static final String TYPE = "application/x-ndjson";
  private static final int WAITING_MAX = 256;

  /** For so long the publisher's rate is waited for. */
  private static final long WAIT_MAX_NS = TimeUnit.SECONDS.toNanos(10);

  private final Exchange exchange;
  private final Callers callers;
  private final Hub hub;
  private final int lineBytesMax;
  private final Lines lines;
  private final ArrayDeque<Line> waiting = new ArrayDeque<>();
  private @Nullable Caller caller;
  private @Nullable AnswerStream answer;
  private boolean ended; // whether no more lines come: the last is here, or one was too long
  private boolean slowed; // whether the publisher's rate is used up for the moment
  private byte @Nullable [] held; // the line that waits for it
  private @Nullable Future<?> goingOn; // when it has some again
  private boolean done; // whether the answer has ended, or nobody is there to get it

  PublishLines(Exchange exchange, Callers callers, Hub hub) {
    this.exchange = exchange;
    this.callers = callers;
    this.hub = hub;
    this.lineBytesMax = callers.usage().limits().bodyBytes();
    this.lines = new Lines(lineBytesMax);
    exchange.pause(true);
  }

  /** Whether a request's body is to be taken line by line. */
  static boolean isMeant(Request request) {
    String type = request.header("Content-Type");
    return type != null && type.regionMatches(true, 0, TYPE, 0, TYPE.length());
  }

  /** The caller is known: the answer begins. */
  void begin(Caller known) {
    caller = known;
    answer = exchange.stream(Response.head(TYPE));
    proceed();
  }

  @Override
  public void read(ByteBuf piece) {
    if (!ended) {
      lines.add(piece);
      proceed();
    }
  }

  @Override
  public void end() {
    ended = true;
    lines.end();
    proceed();
  }

  @Override
  public boolean isBusy() {
    return caller == null || slowed || !waiting.isEmpty();
  }

  @Override
  public void writable() {
    proceed();
  }

  @Override
  public void gone() {
    done = true;
    held = null;
    lines.clear();
    if (goingOn != null) {
      goingOn.cancel(false); // or it would keep all this until then
    }
  }

  /** Reads lines as long as the store and the client keep up, and writes what is decided. */
  private void proceed() {
    if (caller == null || answer == null || done) {
      return;
    }
    boolean taken = take(caller, answer);
    write(answer);
    if (ended && waiting.isEmpty() && lines.isEmpty() && held == null) {
      done = true;
      answer.end();
      return;
    }
    exchange.pause(ended || slowed || waiting.size() >= WAITING_MAX || !answer.isWritable());
    if (taken) {
      exchange.moreTime();
      if (waiting.isEmpty()) { // no outcome is awaited that would go on; others have their turn
        exchange.onLoop(this::proceed);
      }
    }
  }

  /** Whether there were lines to take. */
  private boolean take(Caller from, AnswerStream to) {
    boolean taken = false;
    while (!slowed && waiting.size() < WAITING_MAX && to.isWritable()) {
      byte[] line = held == null ? lines.next() : held;
      if (line == null) {
        if (lines.isTooLong()) {
          refuseLast(lines.number() + 1, tooLong());
        }
        return taken;
      }
      taken = true;
      if (line.length > lineBytesMax) {
        refuseLast(lines.number(), tooLong());
      } else if (line.length > 0 && !callers.holds(from)) {
        held = null;
        refuseLast(lines.number(), Callers.ENDED);
      } else if (line.length > 0 && !mayPublish(from)) {
        held = slowed ? line : null;
      } else {
        held = null;
        if (line.length > 0) {
          publish(from, line);
        }
      }
    }
    return taken;
  }

  /**
   * Whether the publisher's rate allows another line now. If not, it goes on by itself soon, or
   * ends if that would be late.
   */
  private boolean mayPublish(Caller from) {
    long wait = callers.usage().publish(from);
    if (wait > WAIT_MAX_NS) {
      refuseLast(
          lines.number(),
          Problem.of(
              Problem.Kind.RATE_LIMITED,
              "your rate is used up for the next %d s"
                  .formatted(TimeUnit.NANOSECONDS.toSeconds(wait))));
      return false;
    }
    slowed = wait > 0;
    if (slowed) {
      Runnable goOn =
          () -> {
            slowed = false;
            proceed();
          };
      goingOn = exchange.loop().schedule(() -> exchange.onLoop(goOn), wait, TimeUnit.NANOSECONDS);
    }
    return !slowed;
  }

  private void publish(Caller from, byte[] json) {
    Line line = new Line(lines.number());
    waiting.add(line);
    try {
      hub.intake().publish(from, DraftReader.readOne(json), line);
    } catch (Refusal e) {
      line.refuse(e.problem());
    }
  }

  private Problem tooLong() {
    return Problem.of(
        Problem.Kind.TOO_LARGE,
        "the line is too long (expected at most %d bytes)".formatted(lineBytesMax));
  }

  /** Refuses the last line that is answered: what comes after it is thrown away. */
  private void refuseLast(int number, Problem problem) {
    Line line = new Line(number);
    waiting.add(line);
    line.refuse(problem);
    ended = true;
    lines.clear();
  }

  /** Writes the answers to the first lines, as far as they are decided. */
  private void write(AnswerStream to) {
    StringBuilder text = new StringBuilder();
    for (Line line = waiting.peek(); line != null && line.text != null; line = waiting.peek()) {
      text.append(line.text).append('\n');
      waiting.remove();
    }
    if (!text.isEmpty()) {
      to.write(Unpooled.wrappedBuffer(text.toString().getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** One line until it is decided; told on the store writer's thread. */
  private final class Line implements Append.Outcome {
    private final int number;
    private @Nullable String text; // the event loop's

    Line(int number) {
      this.number = number;
    }

    @Override
    public void stored(List<Append.Receipt> receipts) {
      decided(new Receipts(hub.log().epochs()).json(receipts.getFirst()));
    }

    @Override
    public void refused(Problem problem) {
      decided(told(problem));
    }

    private void decided(String told) {
      exchange.onLoop(() -> {
        text = told;
        if (waiting.peek() == this) {
          proceed();
        }
      });
    }

    void refuse(Problem problem) {
      exchange.refused(problem);
      text = told(problem);
    }

    private String told(Problem problem) {
      return ProblemDocument.json(problem).number("line", number).end();
    }
  }
}
