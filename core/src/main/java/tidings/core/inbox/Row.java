package tidings.core.inbox;

import tidings.core.notification.Address;

/**
 * An entry at one of its addresses, as the address index keeps it.
 *
 * @param sort a number of {@link Sorts}, or one of its negative constants
 * @param expiresMs in milliseconds since 1970, or {@link tidings.core.log.Entry#NEVER}
 * @param replaces the position that this one replaced at this address, or, in a withdrawal's row,
 *     the one that it withdrew; 0 if none
 * @param firstMs the time of the first in the row of replacements at this address, in milliseconds
 *     since 1970; meaningless unless it replaces one
 */
public record Row(
    Address address, long position, int sort, long expiresMs, long replaces, long firstMs) {}
