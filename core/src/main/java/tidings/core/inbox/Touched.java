package tidings.core.inbox;

import org.jspecify.annotations.Nullable;

/**
 * An entry that a user marked by itself: an exception to the marks. A flag holds unless a later
 * mark covers it ({@link ReadState#holding}).
 *
 * @param read null if it says nothing of that
 * @param archived null if it says nothing of that
 */
public record Touched(long position, @Nullable Flag read, @Nullable Flag archived) {

  /**
   * What was said of an entry.
   *
   * @param rev the revision that said it, from 1
   */
  public record Flag(boolean is, long rev) {}
}
