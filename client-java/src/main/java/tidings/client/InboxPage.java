package tidings.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of an inbox, the newest first, as of one moment.
 *
 * @param items may be empty while there is more
 * @param cursor the end of what was looked at: where the next page begins
 * @param more whether there may be older ones
 * @param rev the user's revision then
 * @param indexed up to where text was searched, null if none was
 */
public record InboxPage(
    List<InboxItem> items, String cursor, boolean more, long rev, @Nullable String indexed) {}
