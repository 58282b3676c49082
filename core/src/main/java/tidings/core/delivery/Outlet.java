package tidings.core.delivery;

/**
 * A transport's end of a subscriber. All calls come on the event loop's thread, and none may block,
 * nor call {@link Subscriber#leave()} before it returns.
 */
public interface Outlet {

  /** The wire form that this outlet takes. */
  Encoding encoding();

  /**
   * Whether the connection takes more now. Once false, the transport calls {@link
   * Subscriber#drained()} when it becomes true.
   */
  boolean isWritable();

  /** Whether its reader counts as one who listens. */
  default boolean listens() {
    return true;
  }

  /** Writes a frame of this outlet's encoding; it leaves with the next flush. */
  void write(Frame frame);

  /** Writes a control event; it leaves with the next flush. */
  void write(ControlEvent event);

  void flush();

  /**
   * Ends the connection after what was written, telling the reader to come back after some time.
   * {@link Subscriber#leave()} need not be called any more.
   *
   * @param retryMs when it should come back, in milliseconds; 0 to leave that to the client
   */
  void end(Ending why, int retryMs);

  /** Why the hub ends a stream. */
  enum Ending {
    /** The credentials ended; a {@code reauth} event went before. */
    CREDENTIALS,
    /** The connection took nothing for too long. */
    NO_PROGRESS,
    /** The hub stops, has too much to do, or was told to forget the user. */
    DRAIN
  }
}
