package tidings.http.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.Dispatcher;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * One request on its way to an answer. An endpoint answers exactly once, on any thread; everything
 * else happens on the event loop.
 */
public interface Exchange {

  Request request();

  /** The whole body, at most the limit of the endpoint. Valid until the answer is given. */
  ByteBuf body();

  /** Notes who sent the request. On the event loop. */
  void identified(Caller caller);

  /**
   * Notes that the hub is administered, for the audit log if that succeeds. On the event loop.
   *
   * @param what what it is about, never a secret
   */
  void administers(String what);

  /** Notes that a session starts, for the audit log if that succeeds. On the event loop. */
  void signsIn();

  /** The same of one that ends. */
  void signsOut();

  /** Notes that a part of a request was refused, for the audit log. On the event loop. */
  void refused(Problem problem);

  /** Answers. May be called on any thread, once. */
  void respond(Response response);

  /** Answers with a problem document. */
  default void refuse(Problem problem) {
    respond(ProblemDocument.response(problem));
  }

  /** Answers with what a failure says: its problem if it is a refusal, else an internal error. */
  default void fail(Throwable failure) {
    refuse(
        failure instanceof Refusal refusal
            ? refusal.problem()
            : Problem.of(
                Problem.Kind.INTERNAL,
                "an internal error; the log says more under " + request().id()));
  }

  /**
   * Runs on the event loop of this connection, unless the request is over by then; what it throws
   * becomes the answer.
   */
  void onLoop(Runnable task);

  /** The event loop of this connection. */
  ScheduledExecutorService loop();

  /** Runs on a thread that may block; what it throws becomes the answer. On the event loop. */
  void blocking(Runnable task);

  /**
   * The same for what reads the store. A caller has a few such tasks under way at a time, so that
   * nobody's reads stand in front of everyone's; those that nobody waits for any more are not
   * begun.
   */
  void reading(Runnable task);

  /**
   * Runs on a thread that may block, also when the answer has begun. On the event loop.
   *
   * @param task throws nothing that anyone is to hear of
   * @return why not now, null if it will
   */
  @Nullable Problem offLoop(Runnable task);

  /** The dispatcher of this connection's event loop. */
  Dispatcher dispatcher();

  /**
   * Runs once, on the event loop, if the connection breaks before the answer. Called on the event
   * loop, once.
   */
  void onGone(Runnable task);

  /**
   * Runs once, on the event loop, when the request is over: answered, broken off, or its stream has
   * ended. Called on the event loop.
   */
  void onEnd(Runnable task);

  /**
   * Answers that this is more than the hub takes on now, as the endpoint does. On the event loop.
   *
   * @param waitS seconds after which it is worth a retry
   */
  void turnAway(Problem problem, int waitS);

  /** The same where nobody knows how long that will be. */
  default void turnAway(Problem problem) {
    turnAway(problem, ProblemDocument.WAIT_S);
  }

  /** Begins an answer whose length is not known, on the event loop, instead of {@link #respond}. */
  AnswerStream stream(Response head);

  /** Stops or goes on reading from the connection. On the event loop. */
  void pause(boolean paused);

  /** Gives the rest of the body as much time to come as a whole one has. On the event loop. */
  void moreTime();

  /**
   * Begins an answer without an end, on the event loop, instead of {@link #respond}: the handler
   * writes it as bytes, and gets all further events of the channel.
   */
  void takeOver(Response head, ChannelHandler handler);
}
