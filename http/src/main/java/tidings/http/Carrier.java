package tidings.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import tidings.http.exchange.AnswerStream;
import tidings.http.exchange.Response;

/**
 * What brings a request and takes its answer away: a connection of HTTP/1, or a stream of HTTP/2.
 * Used on its event loop.
 */
interface Carrier {

  /** Where the answer goes. */
  Channel channel();

  Worker worker();

  /** Tells a client that waits for it to send the body (RFC 9110, 10.1.1). */
  void goAhead();

  /**
   * Writes an answer, after which the turn is over.
   *
   * @param whole whether the request has come to its end
   */
  void answer(Response response, boolean whole);

  /** Begins an answer piece by piece; with its end the turn is over. */
  AnswerStream stream(Response head, Turn turn);

  /** Begins an answer without an end, and leaves the channel to the handler that writes it. */
  void takeOver(Response head, ChannelHandler handler);

  /** Reads on, unless the turn is paused. */
  void readOn();

  /** Gives the request's body its time. */
  void bodyDeadline();

  /** Whether the client sends nothing more, and perhaps is gone. */
  boolean inputEnded();

  /** Breaks off. */
  void close();
}
