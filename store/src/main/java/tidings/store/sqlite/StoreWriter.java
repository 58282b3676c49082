package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.inbox.InboxStore;
import tidings.core.log.Log;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * The one thread that writes. It takes all commands that wait, up to a bound, writes them in one
 * transaction with a savepoint each, purges for a moment, commits once, tells every command its
 * outcome, and then the listeners. After that it does a step of its {@link Chores}.
 *
 * <p>The database belongs to this thread from the start on. {@link #end}, {@link #lowWater} and
 * {@link #trouble} may be read from any thread.
 */
final class StoreWriter implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(StoreWriter.class);

  /** While in trouble, the disk is tried this often. */
  private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** While nothing is written, what has got too old is looked for this often. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Database database;
  private final Surroundings surroundings;
  private final CommandQueue queue;
  private final WriteAheadLog writeAheadLog;
  private final Purge purge;
  private final Chores chores;
  private final Log.Listener listener;
  private final InboxStore.Listener inboxes;
  private final Beliefs beliefs;
  private final Erasures erasures;
  private @Nullable Tables tables;
  private long total;
  private long triedNanos;
  private boolean dead;
  private volatile long end;
  private volatile long lowWater;
  private volatile @Nullable Problem trouble;

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
      Purge purge,
      StartState start,
      Beliefs beliefs,
      Erasures erasures,
      Log.Listener listener,
      InboxStore.Listener inboxes) {
    this.database = database;
    this.surroundings = surroundings;
    this.queue = queue;
    this.writeAheadLog = writeAheadLog;
    this.purge = purge;
    this.chores = new Chores(surroundings.nanoTicker());
    this.listener = listener;
    this.inboxes = inboxes;
    this.beliefs = beliefs;
    this.erasures = erasures;
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
        long patienceNanos = patienceNanos();
        List<Command> group = queue.take(patienceNanos);
        turn(group, group.isEmpty() && patienceNanos > 0);
      } catch (InterruptedException | RuntimeException | Error e) {
        die(e);
      }
    }
    erasures.stop();
  }

  private long patienceNanos() {
    if (trouble != null) {
      return PROBE_NANOS;
    }
    Tables prepared = tables;
    return purge.isBehind() || prepared == null
        ? 0
        : chores.patienceNanos(prepared, lowWater, end, IDLE_NANOS);
  }

  private void turn(List<Command> group, boolean isIdle) {
    Problem known = trouble;
    if (known != null && !isOver()) {
      refuse(group, trouble == null ? known : trouble);
      return;
    }
    attempt(group, false);
    if (trouble == null) {
      chore(isIdle);
    }
  }

  /** One step of what there is to do beside commands. */
  private void chore(boolean isIdle) {
    Tables prepared = tables;
    if (prepared == null || !chores.isDue(prepared, lowWater, end, isIdle)) {
      return;
    }
    Transaction transaction;
    try {
      transaction = begin();
      chores.step(transaction, isIdle);
    } catch (SQLException | RuntimeException e) {
      choreFailed(e);
      return;
    }
    try {
      database.commit();
    } catch (SQLException e) {
      if (Failures.isDefinite(e) || Failures.isNoRoomForIndex(e)) {
        choreFailed(e);
      } else {
        die(e);
      }
      return;
    }
    chores.committed();
    committed(transaction);
    transaction.tell(listener, inboxes);
    transaction.erased().forEach(erasures::done);
    checkpoint(Chores.STEP_BYTES);
  }

  private void choreFailed(Exception e) {
    log.warn("erasing, indexing and sweeping pause: {}", e.toString());
    undo();
    chores.failed();
  }

  /** Whether a trouble has passed; tries at most once in a while. */
  private boolean isOver() {
    if (dead || nanos() - triedNanos < PROBE_NANOS) {
      return false;
    }
    try {
      writeAheadLog.reset();
    } catch (SQLException e) {
      die(e);
      return false;
    }
    attempt(List.of(), true);
    return trouble == null;
  }

  /** One group commit. */
  private void attempt(List<Command> group, boolean probe) {
    triedNanos = nanos();
    List<Command> written = new ArrayList<>(group.size());
    List<Refused> refused = new ArrayList<>();
    Transaction transaction;
    try {
      Problem held = writeAheadLog.problem();
      if (held != null) {
        trouble = held;
        refuse(group, held);
        return;
      }
      transaction = begin();
      for (Command command : group) {
        Problem problem = write(command, transaction);
        if (problem == null) {
          written.add(command);
        } else {
          refused.add(new Refused(command, problem));
        }
      }
      transaction.purge(purge);
      if (probe) {
        transaction.probe();
      }
    } catch (SQLException e) {
      refuse(group, abandoned(e));
      return;
    }
    beliefs.topics().tell();
    try {
      database.commit();
    } catch (SQLException e) {
      commitFailed(written, refused, e);
      return;
    }
    committed(transaction);
    written.forEach(command -> guarded(command, Command::done));
    refused.forEach(Refused::tell);
    transaction.tell(listener, inboxes);
    checkpoint(written.stream().mapToLong(Command::bytes).sum());
  }

  /** Why a command can't be done, or null: then it is written. */
  private static @Nullable Problem write(Command command, Transaction transaction)
      throws SQLException {
    try {
      transaction.run(command);
      return null;
    } catch (Refusal e) {
      return e.problem();
    } catch (RuntimeException e) {
      log.error("a request could not be stored", e);
      return Problem.of(Problem.Kind.INTERNAL, "the request could not be stored");
    }
  }

  private Transaction begin() throws SQLException {
    Tables prepared = tables;
    if (prepared == null) {
      prepared = new Tables(database, surroundings.clock(), beliefs);
      tables = prepared;
    }
    database.beginWrite();
    return new Transaction(prepared, end, lowWater, total);
  }

  private void committed(Transaction transaction) {
    beliefs.committed();
    tables = transaction.tables();
    end = transaction.end();
    lowWater = transaction.lowWater();
    total = transaction.total();
    if (trouble != null) {
      log.info("the store takes appends again");
      trouble = null;
    }
  }

  /** Gives a transaction up: nothing of it is stored. */
  private Problem abandoned(SQLException cause) {
    Problem problem = Failures.problem(cause);
    if (!problem.equals(trouble)) {
      log.warn("nothing can be stored: {}", cause.getMessage());
    }
    undo();
    trouble = problem;
    return problem;
  }

  private void undo() {
    database.rollBack();
    database.closePrepared();
    tables = null;
    beliefs.undo();
    purge.forget();
  }

  /**
   * @param refused nothing of theirs is stored, but why they were refused may have been a neighbour
   *     that is not stored either
   */
  private void commitFailed(List<Command> written, List<Refused> refused, SQLException e) {
    List<Command> others = refused.stream().map(Refused::command).toList();
    if (Failures.isDefinite(e)) {
      Problem problem = abandoned(e);
      refuse(written, problem);
      refuse(others, problem);
      return;
    }
    refuse(
        written,
        Problem.of(
            Problem.Kind.OUTCOME_UNKNOWN,
            "the store failed while it committed; retry with the same ref"));
    refuse(others, Failures.problem(e));
    if (Failures.isNoRoomForIndex(e)) {
      abandoned(e);
    } else {
      die(e);
    }
  }

  private void checkpoint(long bytes) {
    try {
      writeAheadLog.committed(bytes);
    } catch (SQLException e) {
      die(e);
    }
  }

  /** After a failed fsync nothing on disk can be trusted but by a fresh start. */
  private void die(Throwable cause) {
    log.error("the store writer stops: the store can't be trusted any more", cause);
    trouble = Problem.of(Problem.Kind.UNAVAILABLE, "the store has failed and stops");
    dead = true;
    queue.close();
    surroundings.fatal().accept(cause);
  }

  private long nanos() {
    return surroundings.nanoTicker().getAsLong();
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
