package tidings.core.inbox;

import java.util.List;
import tidings.core.notification.Address;

/**
 * An entry that may be in an inbox.
 *
 * @param rows one for each address at which it reaches the person; maybe without those of muted
 *     topics; empty if it does not reach them
 */
record Candidate(long position, List<Row> rows) {

  /** Whether it is addressed to the person. */
  boolean isDirect() {
    return rows.stream().anyMatch(row -> row.address() instanceof Address.User);
  }

  /** Whether a newer one replaced it at an address. */
  boolean isReplacedSomewhere() {
    return rows.stream().anyMatch(row -> row.sort() == Sorts.REPLACED);
  }

  /** Whether it is a notification that is for inboxes, whatever hides it. */
  boolean isOfInbox() {
    return rows.stream().anyMatch(row -> row.sort() >= 0 || row.sort() == Sorts.REPLACED);
  }
}
