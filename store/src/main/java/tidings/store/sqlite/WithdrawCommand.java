package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.log.Append;
import tidings.core.problem.Problem;

/** Withdraws a notification of a publisher. */
final class WithdrawCommand implements Command {
  private final UUID id;
  private final Publisher publisher;
  private final Append.Outcome outcome;
  private Append.@Nullable Receipt receipt;

  WithdrawCommand(UUID id, Publisher publisher, Append.Outcome outcome) {
    this.id = id;
    this.publisher = publisher;
    this.outcome = outcome;
  }

  @Override
  public boolean isAppend() {
    return true;
  }

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
    receipt = transaction.withdraw(id, publisher);
  }

  @Override
  public void done() {
    outcome.stored(receipt == null ? List.of() : List.of(receipt));
  }

  @Override
  public void refused(Problem problem) {
    outcome.refused(problem);
  }
}
