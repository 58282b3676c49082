package tidings.http.exchange;

import io.netty.buffer.ByteBuf;

/** The body of an answer that is written piece by piece. Used on the event loop. */
public interface AnswerStream {

  /** Whether the client takes what is written; once false, {@link BodyReader#writable} tells. */
  boolean isWritable();

  /**
   * Writes a piece and flushes it.
   *
   * @param piece not empty; given away
   */
  void write(ByteBuf piece);

  /** Ends the answer. The connection goes on if the request was read to its end. */
  void end();
}
