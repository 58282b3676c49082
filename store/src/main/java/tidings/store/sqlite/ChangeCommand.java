package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import tidings.core.inbox.Change;
import tidings.core.inbox.Changed;
import tidings.core.problem.Problem;

/** Changes what is kept of a user. */
final class ChangeCommand implements Command {
  private static final int BYTES_A_ROW = 100;

  /** So many rows of an index are read in the time that it takes to write one. */
  private static final int READ_A_WRITTEN = 16;

  private final String user;
  private final Change change;
  private final CompletableFuture<Changed> future;
  private Changed changed = new Changed(0, false);

  /**
   * @param future completed on the store writer's thread
   */
  ChangeCommand(String user, Change change, CompletableFuture<Changed> future) {
    this.user = user;
    this.change = change;
    this.future = future;
  }

  @Override
  public int entries() {
    return switch (change) {
      case Change.Touch touch -> touch.entries().size();
      case Change.DropBelow _ -> TouchedTable.STEP;
      case Change.Save save -> 1 + save.wanted().mutes().size();
      case Change.Begin _ -> 1;
      case Change.MarkAll _ -> 1 + TouchedTable.FIRST / READ_A_WRITTEN;
    };
  }

  @Override
  public long bytes() {
    return (long) BYTES_A_ROW * entries();
  }

  @Override
  public void write(Transaction transaction) throws SQLException {
    changed = transaction.change(user, change);
  }

  @Override
  public void done() {
    future.complete(changed);
  }

  @Override
  public void refused(Problem problem) {
    future.completeExceptionally(problem.refusal());
  }
}
