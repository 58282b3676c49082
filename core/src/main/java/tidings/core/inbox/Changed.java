package tidings.core.inbox;

import org.jspecify.annotations.Nullable;

/**
 * What became of a change.
 *
 * @param rev the user's revision after it
 * @param changed whether it changed anything: else all was so already, and nothing was stored
 * @param rest what is to be changed next, of a mark that is made in steps; null if that was all
 */
public record Changed(long rev, boolean changed, Change.@Nullable DropBelow rest) {

  /** One that is done. */
  public Changed(long rev, boolean changed) {
    this(rev, changed, null);
  }
}
