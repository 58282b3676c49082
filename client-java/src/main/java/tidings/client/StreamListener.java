package tidings.client;

import java.io.IOException;
import java.time.Duration;

/**
 * Gets what a stream carries (protocol/sse.md). The methods are called by one thread, one at a time
 * and in order. While one works the stream waits; the hub keeps what comes meanwhile. What one
 * throws ends the subscription, whose cursor then still lies before what could not be taken.
 */
@FunctionalInterface
public interface StreamListener {
  /**
   * Something happened.
   *
   * @param cursor up to where this reader has read, once this method returns
   */
  void notification(String cursor, Notification notification);

  /** A line is open. An inbox that is kept in step is read anew after it; so is who is present. */
  default void hello(Hello hello) {}

  /** Something is not kept any more, and will not come. */
  default void gap(Gap gap) {}

  /** A notification was withdrawn by its publisher. */
  default void withdrawn(String id) {}

  /**
   * The user's marks or preferences changed, here or elsewhere; arrivals don't call this, nor does
   * one that is older than the one before.
   */
  default void inbox(Summary summary) {}

  /**
   * The line is alive.
   *
   * @param rev the user's revision, -1 if the hub did not say it; if it is higher than that of the
   *     newest summary, ask for the summary
   */
  default void tick(long rev) {}

  /** A user came or went; for tokens with the grant {@code presence}. */
  default void presence(String user, boolean here) {}

  /** Somebody came or went, and the hub does not say who: ask who is present. */
  default void presenceMissed() {}

  /** The credentials have ended; the line is opened anew with the next token. */
  default void reauth() {}

  /**
   * The line broke, or could not be opened.
   *
   * @param wait after which it is tried again
   */
  default void broken(IOException why, Duration wait) {}

  /**
   * Any event, of later versions too, before the method for it is called.
   *
   * @param name {@code message} for notifications
   * @param data as it came
   */
  default void event(String name, String cursor, String data) {}
}
