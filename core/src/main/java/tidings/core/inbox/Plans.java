package tidings.core.inbox;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;

/**
 * Finds the entries that may be in a person's inbox, by the way that looks at least. Used by one
 * thread, within the reading.
 */
final class Plans {
  /** Above so many ranges to seek the log itself is read. */
  private static final int SOUGHT_MAX = 1_000;

  private final View view;
  private final KnownTopics topics;
  private final Budget budget;
  private final List<View.Range> ranges;
  private final boolean unlisted;

  /**
   * @param found what the follows bring in; null if each of them names a topic, or if the topics
   *     are too many to be known
   */
  Plans(View view, KnownTopics topics, @Nullable List<Followed.Found> found, Budget budget) {
    this.view = view;
    this.topics = topics;
    this.budget = budget;
    this.unlisted = found == null && !view.isListed();
    this.ranges = unlisted ? List.of() : view.ranges(found);
  }

  /** Those that may have one of some states; some others too. */
  Candidates of(Set<State> states, long upTo) {
    if (states.equals(Set.of(State.UNREAD))) {
      return unread(upTo);
    }
    return states.equals(Set.of(State.ARCHIVED)) ? archived(upTo) : all(0, upTo);
  }

  /** All in a stretch, with their rows of negative sorts. */
  Candidates all(long above, long upTo) {
    return newest(above, above, upTo);
  }

  /** Above the mark, and what was marked unread below it. */
  Candidates unread(long upTo) {
    long mark = view.person.read().position();
    long begin = Math.max(mark, view.person.begin());
    return Candidates.merge(
        new Exceptions(view, Snapshot.Flag.UNREAD, 0, Math.min(begin, upTo), budget),
        withAllRows(newest(mark, begin, upTo), begin));
  }

  /** At or below the mark, and what was archived above it. */
  private Candidates archived(long upTo) {
    long mark = view.person.archived().position();
    return Candidates.merge(
        new Exceptions(view, Snapshot.Flag.ARCHIVED, mark, upTo, budget),
        newest(0, 0, Math.min(mark, upTo)));
  }

  /**
   * @param above where the range of the person's own address ends
   * @param othersAbove where the others end
   */
  private Candidates newest(long above, long othersAbove, long upTo) {
    List<View.Range> cut =
        ranges.stream()
            .map(range -> {
              long floor = range.address() instanceof Address.User ? above : othersAbove;
              return new View.Range(range.address(), Math.max(range.above(), floor));
            })
            .filter(range -> range.above() < upTo)
            .toList();
    return unlisted || upTo < view.snapshot.end() && sought(cut) > SOUGHT_MAX
        ? new Wide(view, above, upTo, budget)
        : new Newest(view.snapshot, topics, cut, upTo, budget);
  }

  private long sought(List<View.Range> cut) {
    return cut.size() <= SOUGHT_MAX
        ? 0
        : cut.stream()
            .filter(range ->
                range.address() instanceof Address.OfTopic of
                    && topics.bound(of.topic().name()) > range.above())
            .count();
  }

  /** Looks candidates up again where not all ranges go: at and below the beginning. */
  private Candidates withAllRows(Candidates some, long begin) {
    return () -> {
      Candidate candidate = some.next();
      if (candidate == null || candidate.position() > begin) {
        return candidate;
      }
      budget.take(Budget.LOOKED_UP);
      return view.at(candidate.position());
    };
  }
}
