package tidings.core.inbox;

import tidings.core.log.Cursor;

/**
 * How much of an inbox is unread.
 *
 * @param unread 0 to 999
 * @param unseen 0 to 999, those of the unread that were not seen either
 * @param more whether one of the two is more than that
 * @param rev all changes up to here are in
 * @param cursor all entries up to here are in
 */
public record Summary(int unread, int unseen, boolean more, long rev, Cursor cursor) {}
