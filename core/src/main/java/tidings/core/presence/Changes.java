package tidings.core.presence;

import java.util.List;

/**
 * Who came and went, in order, up to a place in the row of all that did.
 *
 * @param list the newest, at most {@value Presence#CHANGES_MAX}
 * @param end the place after the last
 */
public record Changes(List<Change> list, long end) {

  /** A user has come, or gone. */
  public record Change(String user, boolean present) {}

  /** The place of the first. */
  public long start() {
    return end - list.size();
  }
}
