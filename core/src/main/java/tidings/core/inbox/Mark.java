package tidings.core.inbox;

/**
 * Everything up to here.
 *
 * @param position inclusive; 0 for nothing yet
 * @param rev the revision that set it
 */
public record Mark(long position, long rev) {
  static final Mark NONE = new Mark(0, 0);

  /** What is said of everything. */
  public enum Kind {
    SEEN,
    READ,
    ARCHIVED
  }
}
