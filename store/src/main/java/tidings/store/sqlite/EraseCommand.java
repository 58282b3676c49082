package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import tidings.core.problem.Problem;

/**
 * Begins to erase a person, whose state goes at once; {@link ErasureTable} does the rest.
 *
 * @param erasures whom to tell when all of it is done
 * @param future completed on the store writer's thread, when the last step is on stable storage
 */
record EraseCommand(String user, Erasures erasures, CompletableFuture<Void> future)
    implements Command {

  @Override
  public int entries() {
    return 1;
  }

  @Override
  public long bytes() {
    return 1_000;
  }

  @Override
  public void write(Transaction transaction) throws SQLException {
    transaction.erase(user);
  }

  @Override
  public void done() {
    erasures.await(user, future);
  }

  @Override
  public void refused(Problem problem) {
    future.completeExceptionally(problem.refusal());
  }
}
