package tidings.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A stream that is followed through breaks of the line. Safe for use by several threads. */
public interface Subscription extends AutoCloseable {
  /**
   * Up to where the listener has taken what came: {@link TidingsClient#subscribe(StreamFilter,
   * String, StreamListener)} goes on from there, also in another process. Null before the first
   * {@link Hello}.
   */
  @Nullable String cursor();

  /**
   * Completes when the subscription is over: normally once it is closed, with a {@link
   * ProblemException} if the hub refuses what another try can't mend (a wrong filter, or a token
   * that it refuses and no newer one), or with what the listener threw.
   */
  CompletableFuture<Void> ended();

  /**
   * Ends it. When this returns, the listener is not called any more, except if it is a listener
   * that calls this: two that end each other do not wait for each other.
   */
  @Override
  void close();
}
