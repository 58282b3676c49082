package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.access.Publisher;
import tidings.core.inbox.Change;
import tidings.core.inbox.Changed;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Person;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.log.NewEntry;
import tidings.core.notification.NotificationJson;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** One group commit under way: what it adds to the log, and where the log ends with it. */
final class Transaction {
  private static final Logger log = LoggerFactory.getLogger(Transaction.class);

  private Tables tables;
  private final List<Entry> added = new ArrayList<>();
  private final List<Taken> taken = new ArrayList<>();
  private final List<Consumer<InboxStore.Listener>> changes = new ArrayList<>();
  private final List<String> erased = new ArrayList<>();
  private long end;
  private long total;
  private final long lowWaterBefore;
  private long lowWater;

  /** History lost something after so many entries of this transaction were added. */
  private record Taken(int after, Consumer<Log.Listener> telling) {}

  /** Where a command began. */
  private record Mark(
      int added, int taken, int changes, long end, long total, Beliefs.Mark beliefs) {}

  /**
   * @param end the newest position so far
   * @param lowWater the lowest position kept so far
   * @param total bytes of all entries ever appended
   */
  Transaction(Tables tables, long end, long lowWater, long total) {
    this.tables = tables;
    this.end = end;
    this.total = total;
    this.lowWater = lowWater;
    this.lowWaterBefore = lowWater;
  }

  /**
   * Runs a command within a savepoint.
   *
   * @throws Refusal if just this command can't be done; what it wrote is undone
   * @throws SQLException if the whole transaction has failed
   */
  void run(Command command) throws SQLException {
    Mark mark =
        new Mark(added.size(), taken.size(), changes.size(), end, total, tables.beliefs.mark());
    tables.savepoint();
    try {
      command.write(this);
    } catch (SQLException e) {
      if (!Failures.isOfRequest(e)) {
        throw e;
      }
      log.error("a request could not be stored", e);
      undo(mark);
      tables = tables.anew();
      throw Problem.of(Problem.Kind.INTERNAL, "the request could not be stored").refusal();
    } catch (RuntimeException e) {
      undo(mark);
      throw e;
    }
    tables.release();
  }

  private void undo(Mark mark) throws SQLException {
    added.subList(mark.added, added.size()).clear();
    taken.subList(mark.taken, taken.size()).clear();
    changes.subList(mark.changes, changes.size()).clear();
    end = mark.end;
    total = mark.total;
    tables.beliefs.undo(mark.beliefs);
    tables.rollBackToSavepoint();
    tables.release();
  }

  Append.Receipt append(NewEntry entry) throws SQLException {
    if (entry.ref() != null) {
      Append.Receipt known = tables.refs.find(entry);
      if (known != null) {
        return known;
      }
    }
    long position = end + 1;
    tables.log.insert(position, entry, total + entry.weight());
    tables.addresses.insert(position, entry);
    if (entry.ref() != null) {
      tables.refs.insert(position, entry);
    }
    if (entry.delivery() != null) {
      tables.deliveries.insert(position, entry.delivery());
    }
    added.add(entry.at(position));
    end = position;
    total += entry.weight();
    return new Append.Receipt(entry.id(), position, false);
  }

  Append.Receipt withdraw(UUID id, Publisher publisher) throws SQLException {
    Entry withdrawn = tables.log.find(id, publisher);
    if (withdrawn == null) {
      throw Problem.of(Problem.Kind.NOT_FOUND, "no notification \"" + id + "\"").refusal();
    }
    tables.log.forget(withdrawn.position());
    tables.addresses.delete(withdrawn);
    gone(withdrawn.position());
    Entry control =
        new Entry(
            end + 1,
            Entry.Kind.WITHDRAWN,
            id,
            withdrawn.to(),
            withdrawn.type(),
            withdrawn.source(),
            withdrawn.level(),
            Entry.NEVER,
            NotificationJson.withdrawn(id));
    tables.log.insert(control, publisher, total + control.weight());
    tables.addresses.insert(control, withdrawn.position());
    added.add(control);
    end = control.position();
    total += control.weight();
    return new Append.Receipt(id, end, false);
  }

  /** Notes that an entry's content is gone. */
  void gone(long position) {
    taken.add(new Taken(added.size(), listener -> listener.gone(position)));
  }

  /** Notes that an entry has lost an address. */
  void stripped(Entry entry) {
    taken.add(new Taken(added.size(), listener -> listener.stripped(entry)));
  }

  /** Changes what is kept of a user, who begins if there is nothing yet. */
  Changed change(String user, Change change) throws SQLException {
    long beginning = change instanceof Change.Begin(long at) ? at : end;
    Person before = tables.people.findOrBegin(user, beginning, change instanceof Change.Save);
    Change.DropBelow rest = null;
    Person after =
        switch (change) {
          case Change.Begin _ -> before;
          case Change.MarkAll all -> {
            TouchedTable.Found found = tables.touched.find(before, all, lowWater);
            Person marked = before.marked(all, !found.ended().isEmpty());
            rest = marked.rev() > before.rev() ? null : found.rest();
            yield marked;
          }
          case Change.DropBelow drop -> {
            TouchedTable.Found found = tables.touched.drop(before, drop, lowWater);
            rest = found.rest();
            yield found.ended().isEmpty() ? before : before.touched();
          }
          case Change.Touch touch ->
              tables.touched.touch(before, touch) ? before.touched() : before;
          case Change.Save save -> before.saved(save, end);
        };
    boolean changed = after.rev() > before.rev();
    if (changed) {
      tables.people.update(after);
      if (change instanceof Change.Save) {
        tables.people.save(after);
      }
      changes.add(listener -> listener.changed(user, after.rev(), change));
      if (change instanceof Change.MarkAll) {
        tables.sweep.moved(after.number());
      }
    }
    return new Changed(after.rev(), changed, rest);
  }

  /** Begins to erase a person. */
  void erase(String user) throws SQLException {
    tables.erasures.begin(user, end, tables.people.delete(user));
    changes.add(listener -> listener.erased(user));
  }

  /** Notes that nothing of a person is left; who came back meanwhile is to count anew. */
  void erased(String user) throws SQLException {
    tables.people.raise(user);
    erased.add(user);
    changes.add(listener -> listener.erased(user));
  }

  void park(ParkCommand message) throws SQLException {
    tables.parked.insert(message);
  }

  Credentials credentials() {
    return tables.credentials;
  }

  /** Tries whether there is room for more than the little that may be left over. */
  void probe() throws SQLException {
    tables.probe();
  }

  /** Makes room: the last thing before the commit. */
  void purge(Purge purge) throws SQLException {
    tables.finish();
    lowWater = purge.step(tables.purge, lowWater, end, total);
  }

  long lowWater() {
    return lowWater;
  }

  Tables tables() {
    return tables;
  }

  long end() {
    return end;
  }

  long total() {
    return total;
  }

  /** Those of whom nothing is left now. */
  List<String> erased() {
    return erased;
  }

  /**
   * Tells listeners of everything, after the commit. What they throw is their own trouble, not the
   * store's.
   */
  void tell(Log.Listener listener, InboxStore.Listener inboxes) {
    int from = 0;
    for (Taken one : taken) {
      if (one.after > from) {
        List<Entry> before = added.subList(from, one.after);
        guarded(() -> listener.committed(before));
        from = one.after;
      }
      guarded(() -> one.telling.accept(listener));
    }
    if (added.size() > from) {
      List<Entry> rest = added.subList(from, added.size());
      guarded(() -> listener.committed(rest));
    }
    if (lowWater > lowWaterBefore) {
      guarded(() -> listener.purgedBelow(lowWater));
    }
    for (Consumer<InboxStore.Listener> change : changes) {
      guarded(() -> change.accept(inboxes));
    }
  }

  private static void guarded(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException e) {
      log.error("a commit could not be told to the hub", e);
    }
  }
}
