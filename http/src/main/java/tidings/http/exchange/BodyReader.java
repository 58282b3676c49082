package tidings.http.exchange;

import io.netty.buffer.ByteBuf;

/**
 * Takes a request's body as it comes, and says how fast by {@link Exchange#pause}. Called on the
 * event loop.
 */
public interface BodyReader {

  /**
   * The next piece.
   *
   * @param piece the caller's: what is kept is to be copied
   */
  void read(ByteBuf piece);

  /** The body has come to its end. */
  void end();

  /** Whether it works on what it has: then the body is not late. */
  boolean isBusy();

  /** The connection takes more of the answer again. */
  void writable();

  /** Nobody is there to get the answer any more. */
  void gone();
}
