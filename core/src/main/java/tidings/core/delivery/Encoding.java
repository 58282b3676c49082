package tidings.core.delivery;

import java.util.List;
import tidings.core.log.Entry;

/**
 * Makes the frames of one wire form. Thread-safe and stateless; compared by identity, so there are
 * few instances.
 */
public interface Encoding {

  /**
   * Frames entries that are written together.
   *
   * @param epoch the current epoch, the first part of every cursor
   * @param entries 1 to 64, in order
   * @param direct bit i tells whether entry i is addressed to the reader as a user
   */
  Frame frame(String epoch, List<Entry> entries, long direct);
}
