package tidings.core.inbox;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.filter.Filter;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;

/** Makes one page of a list: of candidates those that are shown and asked for. Used once. */
final class Listing {
  private static final int CHOSEN_MAX = 64;

  private record Chosen(long position, State state, List<Row> shown) {}

  private final View view;
  private final Query query;
  private final Budget budget;
  private final @Nullable SortTest filter; // null if all are wanted
  private final TouchedNear exceptions;
  private final List<Item> items = new ArrayList<>();
  private long bytes;

  /** Everything from here on was looked at. */
  private long reached;

  private boolean full;

  /**
   * @param from everything from here on is left out
   */
  Listing(View view, Sorts sorts, Query query, long from, Budget budget) {
    this.view = view;
    this.query = query;
    this.budget = budget;
    this.filter =
        query.filter().equals(Filter.NONE)
            ? null
            : new SortTest(
                sorts,
                sort -> query.filter().wants(sort.type(), sort.source(), sort.level()),
                budget);
    this.exceptions = new TouchedNear(view.snapshot, view.person);
    this.reached = from;
  }

  /** Takes candidates until the page is full, they end, or the budget does. */
  Listing read(Candidates candidates) {
    List<Chosen> chosen = new ArrayList<>();
    boolean spent = false; // not before something was looked at: each page gets further
    while (!full) {
      Candidate candidate = spent ? null : candidates.next();
      boolean ends = candidate == null;
      long lookedAt =
          candidate != null
              ? candidate.position()
              : spent ? Long.MAX_VALUE : view.snapshot.lowWater();
      spent = budget.isSpent();
      Chosen one = candidate == null ? null : choose(candidate);
      if (one != null) {
        chosen.add(one);
      }
      if (ends || chosen.size() == room()) {
        take(chosen);
        chosen.clear();
      }
      if (!full && chosen.isEmpty()) {
        reached = Math.min(reached, lookedAt);
      }
      full |= ends;
    }
    return this;
  }

  private int room() {
    return query.choosesTopics() ? CHOSEN_MAX : Math.min(CHOSEN_MAX, query.limit() - items.size());
  }

  private @Nullable Chosen choose(Candidate candidate) {
    List<Row> shown = view.shown(candidate);
    long position = candidate.position();
    if (shown.isEmpty()
        || filter != null && !filter.admits(shown.getFirst().sort(), position, view.snapshot)) {
      return null;
    }
    State state =
        ReadState.state(view.person, exceptions.at(position), position, candidate.isDirect());
    return query.states().contains(state) ? new Chosen(position, state, shown) : null;
  }

  private void take(List<Chosen> chosen) {
    List<Entry> entries = view.snapshot.entries(chosen.stream().map(Chosen::position).toList());
    budget.take(entries.size());
    int next = 0;
    for (Entry entry : entries) {
      while (chosen.get(next).position() != entry.position()) {
        next++;
      }
      if (!full) {
        take(chosen.get(next), entry);
      }
    }
  }

  private void take(Chosen chosen, Entry entry) {
    if (query.wantsTopicsOf(entry)) {
      bytes += entry.weight();
      if (!items.isEmpty() && bytes > LogReader.BYTES_MAX) {
        full = true;
        return;
      }
      List<Row> shown = shown(chosen, entry);
      items.add(new Item(entry, chosen.state(), view.reason(shown), View.firstMs(shown)));
      full = items.size() == query.limit();
    }
    reached = chosen.position();
  }

  /** All rows by which it is shown, also those of topics that are not asked for. */
  private List<Row> shown(Chosen chosen, Entry entry) {
    if (!query.choosesTopics() || chosen.shown().size() == entry.to().size()) {
      return chosen.shown();
    }
    budget.take(Budget.LOOKED_UP);
    return view.shown(view.at(chosen.position()));
  }

  List<Item> items() {
    return items;
  }

  long reached() {
    return reached;
  }

  boolean hasMore() {
    return reached > view.snapshot.lowWater();
  }
}
