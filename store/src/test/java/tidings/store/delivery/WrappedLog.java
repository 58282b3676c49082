package tidings.store.delivery;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.inbox.InboxStore;
import tidings.core.log.Append;
import tidings.core.log.Epochs;
import tidings.core.log.Log;
import tidings.core.log.LogReader;
import tidings.core.problem.Problem;
import tidings.store.sqlite.SqliteLog;

/** The real log, with a reader that tells what is pending, and with room for a mutation. */
class WrappedLog implements Log {
  final Log log;
  final InboxStore inboxes;
  final PendingReads reads;

  WrappedLog(SqliteLog log) {
    this(log, log.inboxes());
  }

  WrappedLog(Log log, InboxStore inboxes) {
    this.log = log;
    this.inboxes = inboxes;
    this.reads = new PendingReads(log.reader());
  }

  @Override
  public void start(Listener listener) {
    log.start(listener);
  }

  @Override
  public void append(Append append) {
    log.append(append);
  }

  @Override
  public void withdraw(UUID id, Publisher publisher, Append.Outcome outcome) {
    log.withdraw(id, publisher, outcome);
  }

  @Override
  public long waiting() {
    return log.waiting();
  }

  @Override
  public Epochs epochs() {
    return log.epochs();
  }

  @Override
  public long end() {
    return log.end();
  }

  @Override
  public long lowWater() {
    return log.lowWater();
  }

  @Override
  public LogReader reader() {
    return reads;
  }

  @Override
  public @Nullable Problem trouble() {
    return log.trouble();
  }

  @Override
  public void close() {
    log.close();
  }
}
