package tidings.core.inbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Log;

/**
 * What is kept of those who came lately. However many come at once, their rows are read in few
 * readings. Thread-safe; never blocks.
 */
final class People {
  private static final int KEPT_MAX = 100_000;
  private static final int READ_MAX = 256;

  private final InboxStore store;
  private final Log log;
  private final Lru<String, CompletableFuture<Person>> known = new Lru<>(KEPT_MAX);
  private final Queue<Entering> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean reading = new AtomicBoolean();

  /**
   * Someone whose row is to be read.
   *
   * @param end where the log ended when they came
   * @param begun whether they were made to begin
   */
  private record Entering(String user, long end, boolean begun, CompletableFuture<Person> person) {}

  People(InboxStore store, Log log) {
    this.store = store;
    this.log = log;
  }

  /** Does what {@link Inboxes#enter} does. */
  CompletableFuture<Person> enter(String user) {
    CompletableFuture<Person> before = known.get(user);
    if (before != null) {
      return before;
    }
    CompletableFuture<Person> entering = new CompletableFuture<>();
    long end = log.end();
    known.put(user, entering, 1); // before it is read, so that a change meanwhile removes it
    read(new Entering(user, end, false, entering));
    return entering;
  }

  /** What is known of them is so no more. */
  void changed(String user) {
    known.remove(user);
  }

  private void read(Entering entering) {
    waiting.add(entering);
    readNext();
  }

  private void readNext() {
    if (waiting.isEmpty() || reading.getAndSet(true)) {
      return;
    }
    List<Entering> next = new ArrayList<>();
    while (next.size() < READ_MAX && waiting.peek() != null) {
      next.add(waiting.remove());
    }
    var _ =
        store
            .read(InboxStore.Lane.COUNTS, snapshot -> persons(snapshot, next))
            .whenComplete((found, failure) -> {
              reading.set(false);
              readNext();
              for (int i = 0; i < next.size(); i++) {
                wasRead(next.get(i), failure == null ? found.get(i) : null, failure != null);
              }
            });
  }

  private static List<@Nullable Person> persons(Snapshot snapshot, List<Entering> of) {
    List<@Nullable Person> persons = new ArrayList<>(of.size());
    of.forEach(entering -> persons.add(snapshot.person(entering.user)));
    return persons;
  }

  private void wasRead(Entering entering, @Nullable Person found, boolean failed) {
    if (found != null) {
      entering.person.complete(found);
    } else if (failed || entering.begun) {
      known.remove(entering.user, entering.person);
      entering.person.complete(Person.begins(0, entering.user, entering.end));
    } else {
      var _ =
          store
              .change(entering.user, new Change.Begin(entering.end))
              .handle((begun, failure) -> {
                Entering again = new Entering(entering.user, entering.end, true, entering.person);
                if (failure == null) {
                  read(again);
                } else {
                  wasRead(again, null, true);
                }
                return again;
              });
    }
  }
}
