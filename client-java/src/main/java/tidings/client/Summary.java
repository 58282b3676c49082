package tidings.client;

/**
 * An inbox in numbers. Of two, the one with the higher {@code rev} is newer, then the one with the
 * higher position; after a {@link Hello}, and in another epoch, the next one is newer whatever it
 * says.
 *
 * @param unread exact up to 999
 * @param unseen exact up to 999
 * @param more whether one of them is more than the 999 that it says
 * @param rev the user's revision: rises with each change of state or preferences
 * @param cursor up to where was counted; no place to resume from
 */
public record Summary(int unread, int unseen, boolean more, long rev, String cursor) {
  /**
   * Whether another one, heard since the same {@link Hello}, is newer; of two epochs, neither is.
   */
  public boolean isOlderThan(Summary other) {
    return epoch().equals(other.epoch())
        && (rev < other.rev || (rev == other.rev && position() < other.position()));
  }

  private String epoch() {
    return cursor.substring(0, cursor.indexOf('.'));
  }

  private long position() {
    return Long.parseLong(cursor.substring(cursor.indexOf('.') + 1));
  }
}
