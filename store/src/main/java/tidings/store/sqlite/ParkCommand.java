package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import tidings.core.problem.Problem;

/**
 * Puts a message aside that could not be read.
 *
 * @param future completed on the store writer's thread
 */
record ParkCommand(
    String source, String reason, String label, byte[] body, CompletableFuture<Void> future)
    implements Command {

  @Override
  public int entries() {
    return 1;
  }

  @Override
  public long bytes() {
    return body.length;
  }

  @Override
  public void write(Transaction transaction) throws SQLException {
    transaction.park(this);
  }

  @Override
  public void done() {
    future.complete(null);
  }

  @Override
  public void refused(Problem problem) {
    future.completeExceptionally(problem.refusal());
  }
}
