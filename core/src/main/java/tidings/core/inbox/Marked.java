package tidings.core.inbox;

import java.util.List;
import java.util.UUID;

/**
 * What became of entries marked by themselves.
 *
 * @param rev the user's revision after it
 * @param missing those that are not there for the user, in the order given
 */
public record Marked(long rev, List<UUID> missing) {

  public Marked {
    missing = List.copyOf(missing);
  }
}
