package tidings.core.inbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;

/**
 * Merges ranges of the address index. Each is read only once nothing newer can come from another,
 * so that those of quiet topics mostly are not.
 */
final class Newest implements Candidates {
  private static final int FIRST_ROWS = 8;
  private static final int ROWS_MAX = 256;

  private final Snapshot snapshot;
  private final KnownTopics topics;
  private final Budget budget;
  private final PriorityQueue<Head> heads =
      new PriorityQueue<>(Comparator.comparingLong((Head head) -> head.highest).reversed());

  /**
   * @param upTo the newest position to give
   */
  Newest(Snapshot snapshot, KnownTopics topics, List<View.Range> ranges, long upTo, Budget budget) {
    this.snapshot = snapshot;
    this.topics = topics;
    this.budget = budget;
    for (View.Range range : ranges) {
      Head head = new Head(range, upTo);
      if (head.highest > range.above()) {
        heads.add(head);
      }
    }
  }

  @Override
  public @Nullable Candidate next() {
    long position = -1;
    List<Row> rows = new ArrayList<>(2);
    for (Head head = heads.peek(); head != null && head.highest >= position; head = heads.peek()) {
      heads.remove();
      if (head.isRead()) {
        position = head.highest;
        rows.add(head.take());
      } else {
        head.read();
      }
      if (head.highest > head.range.above()) {
        heads.add(head);
      }
    }
    return position < 0 ? null : new Candidate(position, rows);
  }

  /** What is left of a range. */
  private final class Head {
    final View.Range range;
    private final long bound; // of a topic's newest, as it was known
    private List<Row> rows = List.of();
    private int taken;
    private int limit = FIRST_ROWS;

    /** The position of its next row; before that is read, what it can have at most. */
    long highest;

    Head(View.Range range, long upTo) {
      this.range = range;
      this.bound =
          range.address() instanceof Address.OfTopic of ? topics.bound(of.topic().name()) : upTo;
      this.highest = Math.min(bound, upTo);
    }

    boolean isRead() {
      return taken < rows.size();
    }

    Row take() {
      Row row = rows.get(taken++);
      highest =
          isRead()
              ? rows.get(taken).position()
              : rows.size() < limit ? range.above() : row.position() - 1;
      return row;
    }

    void read() {
      boolean first = rows.isEmpty();
      limit = first ? FIRST_ROWS : Math.min(ROWS_MAX, 2 * limit);
      rows = snapshot.rows(range.address(), range.above(), highest, limit);
      taken = 0;
      budget.take(rows.size());
      long newest = rows.isEmpty() ? range.above() : rows.getFirst().position();
      if (first
          && newest < bound
          && highest == bound
          && bound <= snapshot.end()
          && range.address() instanceof Address.OfTopic of) {
        topics.lower(of.topic().name(), bound, newest);
      }
      highest = newest;
    }
  }
}
