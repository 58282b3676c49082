package tidings.client;

import java.util.List;

/**
 * That marks are on stable storage.
 *
 * @param rev the user's revision after it
 * @param missing ids that are unknown, not kept any more, or not in reach of this user
 */
public record Marked(long rev, List<String> missing) {
  /** Takes what is missing in JSON as empty. */
  @SuppressWarnings("NullAway") // Jackson gives null for what is missing
  public Marked {
    missing = missing == null ? List.of() : List.copyOf(missing);
  }
}
