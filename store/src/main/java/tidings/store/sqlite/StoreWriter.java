package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.log.Log;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * The one thread that writes. It takes all commands that wait, up to a bound, writes them in one
 * transaction with a savepoint each, commits once, tells every command its outcome, and then the
 * listener.
 *
 * <p>The database belongs to this thread from the start on. {@link #end}, {@link #lowWater} and
 * {@link #trouble} may be read from any thread.
 */
final class StoreWriter implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(StoreWriter.class);

  /** While in trouble, the disk is tried this often. */
  private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Database database;
  private final Surroundings surroundings;
  private final CommandQueue queue;
  private final WriteAheadLog writeAheadLog;
  private final Log.Listener listener;
  private @Nullable Tables tables;
  private long total;
  private long troubleSince;
  private volatile long end;
  private volatile long lowWater;
  private volatile @Nullable Problem trouble;
  private boolean dead;

  /** A command that can't be done, which its neighbours don't feel. */
  private record Refused(Command command, Problem problem) {
    void tell() {
      guarded(command, one -> one.refused(problem));
    }
  }

  StoreWriter(
      Database database,
      Surroundings surroundings,
      CommandQueue queue,
      WriteAheadLog writeAheadLog,
      StartState start,
      Log.Listener listener) {
    this.database = database;
    this.surroundings = surroundings;
    this.queue = queue;
    this.writeAheadLog = writeAheadLog;
    this.listener = listener;
    this.end = start.end();
    this.lowWater = start.lowWater();
    this.total = start.total();
  }

  long end() {
    return end;
  }

  long lowWater() {
    return lowWater;
  }

  @Nullable Problem trouble() {
    return trouble;
  }

  @Override
  public void run() {
    while (!queue.isExhausted()) {
      try {
        List<Command> group = queue.take(trouble == null ? IDLE_NANOS : PROBE_NANOS);
        if (!group.isEmpty()) {
          turn(group);
        }
      } catch (InterruptedException | RuntimeException | SQLException e) {
        die(e);
      }
    }
  }

  private void turn(List<Command> group) throws SQLException {
    Problem known = trouble;
    if (known != null && (dead || nanos() - troubleSince < PROBE_NANOS)) {
      refuse(group, known);
      return;
    }
    List<Command> written = new ArrayList<>(group.size());
    List<Refused> refused = new ArrayList<>();
    Transaction transaction;
    try {
      Problem held = writeAheadLog.problem();
      if (held != null) {
        refuse(group, troubled(held));
        return;
      }
      transaction = begin();
      for (Command command : group) {
        try {
          transaction.run(command);
          written.add(command);
        } catch (Refusal e) {
          refused.add(new Refused(command, e.problem()));
        }
      }
      transaction.finish();
    } catch (SQLException e) {
      refuse(group, abandoned(e));
      return;
    }
    try {
      database.commit();
    } catch (SQLException e) {
      refused.forEach(Refused::tell);
      commitFailed(written, e);
      return;
    }
    committed(transaction);
    written.forEach(command -> guarded(command, Command::done));
    refused.forEach(Refused::tell);
    transaction.tell(listener);
    writeAheadLog.committed();
  }

  private Transaction begin() throws SQLException {
    Tables prepared = tables;
    if (prepared == null) {
      prepared = new Tables(database, surroundings.clock());
      tables = prepared;
    }
    database.beginWrite();
    return new Transaction(prepared, end, total);
  }

  private void committed(Transaction transaction) {
    end = transaction.end();
    total = transaction.total();
    if (trouble != null) {
      log.info("the store takes appends again");
      trouble = null;
    }
  }

  /** Gives a transaction up: nothing of it is stored. */
  private Problem abandoned(SQLException cause) {
    log.warn("a group commit was given up, nothing of it is stored: {}", cause.getMessage());
    database.rollBack();
    tables = null;
    return troubled(Failures.problem(cause));
  }

  private void commitFailed(List<Command> written, SQLException e) {
    if (Failures.isDefinite(e)) {
      refuse(written, abandoned(e));
      return;
    }
    refuse(
        written,
        Problem.of(
            Problem.Kind.OUTCOME_UNKNOWN,
            "the store failed while it committed; retry with the same ref"));
    die(e);
  }

  private long nanos() {
    return surroundings.nanoTicker().getAsLong();
  }

  private Problem troubled(Problem problem) {
    troubleSince = nanos();
    trouble = problem;
    return problem;
  }

  /** After a failed fsync nothing on disk can be trusted but by a fresh start. */
  private void die(Throwable cause) {
    log.error("the store writer stops: the store can't be trusted any more", cause);
    Problem stopped = Problem.of(Problem.Kind.UNAVAILABLE, "the store has failed and stops");
    trouble = stopped;
    dead = true;
    queue.close();
    surroundings.fatal().accept(cause);
  }

  private static void refuse(List<Command> group, Problem problem) {
    group.forEach(command -> guarded(command, one -> one.refused(problem)));
  }

  private static void guarded(Command command, Consumer<Command> tell) {
    try {
      tell.accept(command);
    } catch (RuntimeException e) {
      log.error("a command's outcome could not be told", e);
    }
  }
}
