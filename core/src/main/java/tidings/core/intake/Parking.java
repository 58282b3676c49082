package tidings.core.intake;

import java.util.concurrent.CompletableFuture;

/** Where messages that can't be read are put aside, bounded: the oldest make room. Thread-safe. */
public interface Parking {

  /**
   * Puts a message aside; completes when that is on stable storage.
   *
   * @param source the configured name of the source
   * @param reason what is wrong with it, for an operator
   * @param label what the source calls it, for example its routing key
   */
  CompletableFuture<Void> park(String source, String reason, String label, byte[] body);
}
