package tidings.core.presence;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of those who listen are asked for.
 *
 * @param users only these; empty for all
 * @param after only those that come later in the order of bytes; null for all
 * @param limit how many at most, 1 to 1,000
 */
public record Query(Set<String> users, @Nullable String after, int limit) {
  public Query {
    users = Set.copyOf(users);
  }

  /** Whether a user is one of those asked for. */
  public boolean wants(String user) {
    return (users.isEmpty() || users.contains(user))
        && (after == null || Utf8Order.ORDER.compare(user, after) > 0);
  }
}
