package tidings.core.inbox;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;
import tidings.core.notification.TopicPattern;

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

  /**
   * Those that may be in a list; some others too. Of other topics than it asks for rows may lack.
   */
  Candidates of(Query query, long upTo) {
    List<View.Range> asked = asked(query.topics().include());
    if (query.states().equals(Set.of(State.UNREAD))) {
      return unread(asked, upTo);
    }
    return query.states().equals(Set.of(State.ARCHIVED))
        ? archived(asked, upTo)
        : newest(asked, 0, 0, upTo);
  }

  /** The rows of the topics that are asked for; none if some of them don't reach the person. */
  private List<View.Range> asked(List<TopicPattern> include) {
    List<TopicPattern> each = include.stream().distinct().toList();
    List<View.Range> asked = each.stream().map(view::range).flatMap(Optional::stream).toList();
    return asked.size() == each.size() ? asked : List.of();
  }

  /** All in a stretch, with their rows of negative sorts. */
  Candidates all(long above, long upTo) {
    return newest(List.of(), above, above, upTo);
  }

  /** Above the mark, and what was marked unread below it. */
  Candidates unread(long upTo) {
    return unread(List.of(), upTo);
  }

  private Candidates unread(List<View.Range> asked, long upTo) {
    long mark = view.person.read().position();
    long begin = Math.max(mark, view.person.begin());
    return Candidates.merge(
        new Exceptions(view, Snapshot.Flag.UNREAD, 0, Math.min(begin, upTo), budget),
        withAllRows(newest(asked, mark, begin, upTo), found -> found.position() <= begin));
  }

  /** At or below the mark, and what was archived above it. */
  private Candidates archived(List<View.Range> asked, long upTo) {
    long mark = view.person.archived().position();
    return Candidates.merge(
        new Exceptions(view, Snapshot.Flag.ARCHIVED, mark, upTo, budget),
        newest(asked, 0, 0, Math.min(mark, upTo)));
  }

  /**
   * Where all that has the topics asked for reaches the person by them, only their rows are read.
   *
   * @param asked none to read all
   * @param above where the range of the person's own address ends
   * @param othersAbove where the others end
   */
  private Candidates newest(List<View.Range> asked, long above, long othersAbove, long upTo) {
    long floor = asked.stream().mapToLong(View.Range::above).reduce(othersAbove, Math::max);
    if (asked.isEmpty() || floor >= upTo) {
      return newest(above, othersAbove, upTo);
    }
    List<View.Range> cut =
        asked.stream().map(range -> new View.Range(range.address(), floor)).toList();
    Candidates newer =
        withAllRows(
            new Newest(view.snapshot, topics, cut, upTo, budget), Candidate::isReplacedSomewhere);
    Candidates older = newest(above, othersAbove, floor);
    return () -> {
      Candidate next = newer.next();
      return next == null ? older.next() : next;
    };
  }

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

  /** Looks candidates up again that may lack rows which matter. */
  private Candidates withAllRows(Candidates some, Predicate<Candidate> which) {
    return () -> {
      Candidate candidate = some.next();
      if (candidate == null || !which.test(candidate)) {
        return candidate;
      }
      budget.take(Budget.LOOKED_UP);
      return view.at(candidate.position());
    };
  }
}
