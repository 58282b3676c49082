package tidings.core.inbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Cursor;

/**
 * A part of an inbox as of one moment.
 *
 * @param items the newest first
 * @param cursor where the next page goes on
 * @param more whether there may be more there
 * @param indexed where full text ends; null if none was asked for
 * @param rev the user's revision
 */
public record Page(
    List<Item> items, Cursor cursor, boolean more, @Nullable Cursor indexed, long rev) {

  public Page {
    items = List.copyOf(items);
  }
}
