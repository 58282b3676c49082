package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import tidings.core.log.Append;
import tidings.core.log.NewEntry;
import tidings.core.problem.Problem;

/** Appends a request's entries, all or none. */
final class AppendCommand implements Command {
  private final Append append;
  private final long bytes;
  private final List<Append.Receipt> receipts;

  AppendCommand(Append append) {
    this.append = append;
    this.bytes = append.entries().stream().mapToLong(NewEntry::weight).sum();
    this.receipts = new ArrayList<>(append.entries().size());
  }

  @Override
  public boolean isAppend() {
    return true;
  }

  @Override
  public int entries() {
    return append.entries().size();
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void write(Transaction transaction) throws SQLException {
    for (NewEntry entry : append.entries()) {
      receipts.add(transaction.append(entry));
    }
  }

  @Override
  public void done() {
    append.outcome().stored(receipts);
  }

  @Override
  public void refused(Problem problem) {
    append.outcome().refused(problem);
  }
}
