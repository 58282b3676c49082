package tidings.core.inbox;

import java.util.List;
import tidings.core.notification.Address;

/**
 * An entry as the log keeps it, for lists that most of the log concerns.
 *
 * @param sort as in {@link Row}, but never {@link Sorts#REPLACED}
 * @param expiresMs in milliseconds since 1970, or {@link tidings.core.log.Entry#NEVER}
 * @param keyed whether it has a key, so that its rows may be replaced, or replace
 */
public record WideRow(long position, List<Address> to, int sort, long expiresMs, boolean keyed) {

  public WideRow {
    to = List.copyOf(to);
  }
}
