package tidings.core.presence;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import tidings.core.presence.Changes.Change;

/**
 * Who listens now (protocol/presence.md). A user comes with the first stream, and has gone when
 * there was none for 15 s. Changes stand in one row, of which the newest are kept: whoever tells
 * them on reads from a place of its own. Thread-safe; its lock is held for a change of, or a look
 * at, up to a thousand of its users or changes.
 */
public final class Presence {
  /** So many changes may wait to be read. */
  public static final int CHANGES_MAX = 1_000;

  private static final long GONE_NS = TimeUnit.SECONDS.toNanos(15);
  private static final int STEP = 256;

  private final InstantSource clock;
  private final List<Runnable> readers = new CopyOnWriteArrayList<>();

  // Guarded by this.
  private final NavigableMap<String, Present> users = new TreeMap<>(Utf8Order.ORDER);
  private final Map<String, Long> left = new LinkedHashMap<>(); // who has no stream, and since when
  private final Change[] newest = new Change[CHANGES_MAX]; // each at its place, modulo the length
  private long end;

  private static final class Present {
    final Instant since;
    int streams;

    Present(Instant since) {
      this.since = since;
    }
  }

  public Presence(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Has someone told whenever something has changed.
   *
   * @param changed called on any thread; may neither block nor throw
   */
  public void onChange(Runnable changed) {
    readers.add(changed);
  }

  private void tell() {
    readers.forEach(Runnable::run);
  }

  /** A stream of a user begins. */
  public void came(String user) {
    Instant now = clock.instant();
    if (enter(user, now)) {
      tell();
    }
  }

  private synchronized boolean enter(String user, Instant now) {
    Present known = users.get(user);
    Present present = known == null ? new Present(now) : known;
    if (known == null) {
      users.put(user, present);
      note(new Change(user, true));
    }
    if (present.streams++ == 0) {
      left.remove(user);
    }
    return known == null;
  }

  /**
   * A stream of a user, who came with it, has ended.
   *
   * @param nanos the monotonic time
   */
  public synchronized void left(String user, long nanos) {
    Present present = requireNonNull(users.get(user));
    if (--present.streams == 0) {
      left.put(user, nanos);
    }
  }

  /**
   * Lets those go who have had no stream for long, some at a time.
   *
   * @param nanos the monotonic time
   * @return whether there are more
   */
  public boolean letGo(long nanos) {
    int gone = leave(nanos);
    if (gone > 0) {
      tell();
    }
    return gone == STEP;
  }

  private synchronized int leave(long nanos) {
    int gone = 0;
    Iterator<Map.Entry<String, Long>> first = left.entrySet().iterator();
    while (gone < STEP && first.hasNext()) {
      Map.Entry<String, Long> one = first.next();
      if (nanos - one.getValue() < GONE_NS) {
        break;
      }
      first.remove();
      users.remove(one.getKey());
      note(new Change(one.getKey(), false));
      gone++;
    }
    return gone;
  }

  private void note(Change change) {
    newest[(int) (end++ % CHANGES_MAX)] = change;
  }

  /** The place after the newest change. */
  public synchronized long end() {
    return end;
  }

  /** What has changed since a place, as far as it is kept. */
  public synchronized Changes since(long place) {
    int count = (int) Math.min(end - place, CHANGES_MAX);
    List<Change> changes = new ArrayList<>(count);
    for (long at = end - count; at < end; at++) {
      changes.add(newest[(int) (at % CHANGES_MAX)]);
    }
    return new Changes(changes, end);
  }

  /** How many users listen. */
  public synchronized int size() {
    return users.size();
  }

  /** Those who listen. */
  public synchronized Page page(Query query) {
    List<Listener> found = new ArrayList<>();
    NavigableMap<String, Present> later =
        query.after() == null ? users : users.tailMap(query.after(), false);
    if (query.users().isEmpty()) {
      for (Map.Entry<String, Present> each : later.entrySet()) {
        if (found.size() > query.limit()) {
          break;
        }
        Present present = each.getValue();
        found.add(new Listener(each.getKey(), present.streams, present.since));
      }
    } else {
      query.users().stream()
          .sorted(Utf8Order.ORDER)
          .forEach(user -> {
            Present present = later.get(user);
            if (present != null) {
              found.add(new Listener(user, present.streams, present.since));
            }
          });
    }
    return page(query, found);
  }

  /** Those who have some streams of which somebody else knows. */
  public synchronized Page page(Query query, Streams streams) {
    List<Listener> found = new ArrayList<>();
    streams
        .counts()
        .forEach((user, count) -> {
          Present present = users.get(user);
          if (present != null) { // or the last has ended since it was counted
            found.add(new Listener(user, count, present.since));
          }
        });
    return page(query, found);
  }

  private static Page page(Query query, List<Listener> found) {
    boolean more = found.size() > query.limit();
    return new Page(List.copyOf(more ? found.subList(0, query.limit()) : found), more);
  }
}
