package tidings.core.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Words;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;
import tidings.core.notification.Address;
import tidings.core.problem.Refusal;

/**
 * Looks back: pages of the log as a reader may see it. Thread-safe; blocks, so it is never called
 * on an event loop.
 */
public final class History {
  private final Shared shared;
  private final InboxStore people;

  History(Shared shared, InboxStore people) {
    this.shared = shared;
    this.people = people;
  }

  /**
   * One page.
   *
   * @param items in the order of reading
   * @param reached the end of what was looked at, where the next page goes on
   * @param more whether there may be more in that direction now
   * @param gap what can't be given any more, at the page's beginning
   * @param indexed full text ends here; null if none was asked for
   */
  public record Page(
      List<Entry> items,
      long reached,
      boolean more,
      ControlEvent.@Nullable Gap gap,
      @Nullable Long indexed) {}

  /**
   * Reads forwards, the oldest first.
   *
   * @param limit 1 to 500 items
   * @throws Refusal if the store can't be read
   */
  public Page after(Interest interest, Start start, int limit) {
    long end = shared.end();
    Shared.Place place = place(start, end);
    Walk walk = new Walk(interest, limit);
    ControlEvent.Gap gap = place.gap();
    long reached = place.position();
    while (reached < end && walk.goesOn()) {
      LogReader.Page page =
          read(new LogReader.Scan(reached, end, false, walk.scan(), walk.addresses));
      if (reached + 1 < page.lowWater() && gap == null) {
        gap = shared.retentionGap(reached, page.lowWater());
      }
      reached = walk.take(page, Math.max(page.reached(), page.lowWater() - 1));
    }
    return new Page(walk.items, reached, reached < end, gap, null);
  }

  /**
   * Reads forwards what full text finds, as far as it knows. Of what is for users only the caller's
   * own is searched, and what is for those whom the grant names.
   *
   * @param limit 1 to 500 items
   * @throws Refusal if the store can't be read
   */
  public Page after(Interest interest, Start start, Words words, int limit) {
    Shared.Place place = place(start, shared.end());
    return search(snapshot -> {
      long position = place.position();
      long low = snapshot.lowWater() - 1;
      ControlEvent.Gap gap =
          place.gap() == null && position < low
              ? shared.retentionGap(position, snapshot.lowWater())
              : place.gap();
      long indexed = snapshot.indexed();
      Search search = new Search(snapshot, shared, interest, words, limit);
      long reached = search.after(Math.max(position, low), indexed);
      return new Page(search.items(), reached, reached < indexed, gap, indexed);
    });
  }

  private Shared.Place place(Start start, long end) {
    return switch (start) {
      case Start.Latest latest -> new Shared.Place(end, null);
      case Start.Earliest earliest -> new Shared.Place(shared.lowWater() - 1, null);
      case Start.After after -> shared.place(after.cursor(), end);
    };
  }

  private Page search(Function<Snapshot, Page> reading) {
    return join(people.read(InboxStore.Lane.SEARCH, reading));
  }

  /**
   * Reads backwards, the newest first.
   *
   * @param cursor everything from here on is left out; null for none
   * @param limit 1 to 500 items
   * @throws Refusal if the store can't be read
   */
  public Page before(Interest interest, @Nullable String cursor, int limit) {
    long end = shared.end();
    Shared.Place place = placeBefore(cursor, end);
    Walk walk = new Walk(interest, limit);
    long reached = Math.min(place.position(), end + 1); // everything from here on was looked at
    long low = shared.lowWater();
    while (reached > low && walk.goesOn()) {
      LogReader.Page page =
          read(new LogReader.Scan(low - 1, reached - 1, true, walk.scan(), walk.addresses));
      low = Math.max(low, page.lowWater());
      reached = walk.take(page, page.reached() + 1);
    }
    return new Page(
        walk.items, Math.min(reached, Math.max(end, 0)), reached > low, place.gap(), null);
  }

  /**
   * Reads backwards what full text finds, as above.
   *
   * @param cursor everything from here on is left out; null for none
   * @param limit 1 to 500 items
   * @throws Refusal if the store can't be read
   */
  public Page before(Interest interest, @Nullable String cursor, Words words, int limit) {
    Shared.Place place = placeBefore(cursor, shared.end());
    return search(snapshot -> {
      long indexed = snapshot.indexed();
      Search search = new Search(snapshot, shared, interest, words, limit);
      long reached = search.before(Math.min(place.position(), indexed + 1));
      return new Page(
          search.items(),
          Math.min(reached, Math.max(snapshot.end(), 0)),
          reached > snapshot.lowWater(),
          place.gap(),
          indexed);
    });
  }

  /** Everything from the place on is left out. */
  private Shared.Place placeBefore(@Nullable String cursor, long end) {
    Shared.Place place =
        cursor == null ? new Shared.Place(end + 1, null) : shared.place(cursor, end);
    return place.gap() == null ? place : new Shared.Place(place.position() + 1, place.gap());
  }

  /** The notification with this id, if the caller may read it and it has not expired. */
  public Optional<Entry> find(Caller caller, UUID id) {
    return join(shared.reader().find(id))
        .filter(entry -> entry.expiresMs() > shared.nowMs())
        .filter(entry -> entry.to().stream().anyMatch(caller.grant()::mayRead));
  }

  /** What the source of a notification received, if the caller may read that and it was kept. */
  public Optional<byte[]> raw(Caller caller, UUID id) {
    return caller.grant().raw() && find(caller, id).isPresent()
        ? join(shared.reader().raw(id))
        : Optional.empty();
  }

  private LogReader.Page read(LogReader.Scan scan) {
    return join(shared.reader().read(scan));
  }

  private static <T> T join(java.util.concurrent.CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        throw refusal;
      }
      throw e;
    }
  }

  /** Collects one page's items. */
  private final class Walk {
    final List<Entry> items = new ArrayList<>();
    final @Nullable Set<Address> addresses;
    private final Interest interest;
    private final int limit;
    private final long nowMs = shared.nowMs();
    private int scanned;
    private long bytes;
    private boolean full;

    Walk(Interest interest, int limit) {
      this.interest = interest;
      this.limit = limit;
      this.addresses = interest.indexed();
    }

    boolean goesOn() {
      return !full && items.size() < limit && scanned < LogReader.SCANNED_MAX;
    }

    /** How many entries to look at next: few while most are wanted, more when few are. */
    int scan() {
      int wanted = Math.max(limit - items.size(), scanned);
      return Math.min(Math.max(wanted, 64), LogReader.SCANNED_MAX - scanned);
    }

    /** Takes what is wanted of a page; returns the position up to which it was looked at. */
    long take(LogReader.Page page, long reached) {
      for (Entry entry : page.entries()) {
        scanned++;
        if (isWanted(entry)) {
          if (!items.isEmpty() && bytes + entry.weight() > LogReader.BYTES_MAX) {
            full = true;
            return before(entry);
          }
          items.add(entry);
          bytes += entry.weight();
          if (items.size() == limit) {
            return entry.position();
          }
        }
      }
      scanned += page.entries().isEmpty() ? 1 : 0;
      return reached;
    }

    private long before(Entry refused) {
      return items.getLast().position() < refused.position()
          ? refused.position() - 1
          : refused.position() + 1;
    }

    private boolean isWanted(Entry entry) {
      return entry.kind() == Entry.Kind.NOTIFICATION
          && entry.expiresMs() > nowMs
          && interest.admits(entry);
    }
  }
}
