package tidings.store.sqlite;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import tidings.core.inbox.Sorts;

/** Which sorts' rows are certainly stored. For the store writer alone. */
final class StoredSorts {
  private final Sorts sorts;
  private final BitSet stored = new BitSet();
  private final List<Integer> written = new ArrayList<>(); // in the transaction under way

  StoredSorts(Sorts sorts) {
    this.sorts = sorts;
  }

  /** One that is stored, at the start. */
  void load(int number, Sorts.Sort sort) {
    stored.set(number);
    sorts.put(number, sort);
  }

  int number(Sorts.Sort sort) {
    return sorts.number(sort);
  }

  /** Notes that a sort's row is there from here on; whether it has to be written first. */
  boolean write(int number) {
    if (stored.get(number)) {
      return false;
    }
    stored.set(number);
    written.add(number);
    return true;
  }

  int written() {
    return written.size();
  }

  /** The transaction was undone, up to where so many rows were written. */
  void undo(int count) {
    List<Integer> undone = written.subList(count, written.size());
    undone.forEach(stored::clear);
    undone.clear();
  }

  void committed() {
    written.clear();
  }
}
