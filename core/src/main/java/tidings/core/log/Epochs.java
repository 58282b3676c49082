package tidings.core.log;

import java.util.List;

/**
 * The writers of a log, each with the first position that it could write. Every start of a writer
 * adds one with a fresh random name, so that a restored or swapped database is noticed. Immutable.
 *
 * @param all in order; the last is the current one; at least one
 */
public record Epochs(List<Epoch> all) {

  /**
   * @param name 8 characters of a–z 0–9
   * @param first the first position that this writer could write, from 1
   */
  public record Epoch(String name, long first) {}

  public Epochs {
    all = List.copyOf(all);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("a log has at least one epoch");
    }
  }

  public Epoch current() {
    return all.getLast();
  }

  /** A position as a cursor of the current epoch. */
  public Cursor cursor(long position) {
    return new Cursor(current().name(), position);
  }

  /**
   * Where reading after a cursor goes on.
   *
   * @param position reading goes on after this
   * @param known whether the cursor belongs to this history; if not, there is a gap
   */
  public record Resumption(long position, boolean known) {}

  /**
   * Finds a cursor's place: valid if its epoch is listed and its position lies before the next
   * epoch's first. Otherwise reading goes on from the last position that both histories share, or
   * from {@code end} if the epoch is unknown.
   *
   * @param end the newest position of this log
   * @param latest where reading goes on if the epoch is unknown
   */
  public Resumption resume(Cursor cursor, long end, long latest) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(cursor.epoch())) {
        long last = i + 1 < all.size() ? all.get(i + 1).first() - 1 : end;
        return cursor.position() <= last
            ? new Resumption(cursor.position(), true)
            : new Resumption(last, false);
      }
    }
    return new Resumption(latest, false);
  }
}
