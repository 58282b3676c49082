package tidings.store.sqlite;

import java.sql.SQLException;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * One write that waits for the store writer. It is told its end exactly once, either way; both must
 * neither block nor throw.
 */
interface Command {

  /** Whether it is written before all that adds nothing to the log. */
  default boolean isAppend() {
    return false;
  }

  /** About how many rows it writes. */
  int entries();

  /** About how many bytes it writes. */
  long bytes();

  /**
   * Writes, within the group's transaction and a savepoint of its own.
   *
   * @throws Refusal if just this command can't be done; what it wrote is undone
   */
  void write(Transaction transaction) throws SQLException;

  /** It is on stable storage. */
  void done();

  void refused(Problem problem);
}
