package tidings.store.sqlite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tidings.core.inbox.KnownTopics;

/**
 * The topics whose rows are certainly stored, each with the newest position that was written for it
 * since the start. For the store writer alone.
 */
final class TopicMarks {
  /** How many are remembered; then it begins anew. */
  private static final int COUNT_MAX = 1 << 17;

  private final KnownTopics known;
  private final Map<String, Mark> marks = new HashMap<>();
  private final List<Mark> raised = new ArrayList<>(); // in the transaction under way

  private final List<String> gone = new ArrayList<>(); // in the transaction under way

  private static final class Mark {
    final String topic;
    boolean stored;
    long newest;
    long told;

    Mark(String topic) {
      this.topic = topic;
    }
  }

  TopicMarks(KnownTopics known) {
    this.known = known;
  }

  /** One that is stored, at the start; its newest position is not above {@code end}. */
  void load(String topic, long end) {
    Mark mark = new Mark(topic);
    mark.stored = true;
    marks.put(topic, mark);
    known.raise(topic, end);
  }

  /** Whether readers know all. */
  boolean areKnown() {
    return known.isWhole();
  }

  /** All that are stored, while nothing is being written. */
  void complete(List<String> stored, long end) {
    known.complete(stored, end);
  }

  /**
   * Notes an address that is about to be written.
   *
   * @return whether the topic's row is to be written as well
   */
  boolean raise(String topic, long position) {
    Mark mark = marks.computeIfAbsent(topic, Mark::new);
    boolean isNew = !mark.stored;
    mark.stored = true;
    mark.newest = position;
    raised.add(mark);
    return isNew;
  }

  /** Whether a row of the topic above a position is certainly stored. */
  boolean isAbove(String topic, long position) {
    Mark mark = marks.get(topic);
    return mark != null && mark.newest > position;
  }

  /** The topic's row was deleted. */
  void deleted(String topic) {
    marks.remove(topic);
    gone.add(topic);
  }

  int raised() {
    return raised.size();
  }

  /** The transaction was undone, up to where so many were raised. */
  void undo(int count) {
    List<Mark> undone = raised.subList(count, raised.size());
    for (Mark mark : undone) {
      marks.remove(mark.topic);
    }
    undone.clear();
  }

  /** The whole transaction was undone. */
  void undo() {
    undo(0);
    gone.clear();
  }

  /** Tells the readers: before the commit. */
  void tell() {
    for (Mark mark : raised) {
      if (mark.told != mark.newest) {
        known.raise(mark.topic, mark.newest);
        mark.told = mark.newest;
      }
    }
  }

  void committed() {
    raised.clear();
    gone.forEach(known::gone);
    gone.clear();
    if (marks.size() > COUNT_MAX) {
      marks.clear();
    }
  }
}
