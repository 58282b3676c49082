package tidings.client;

import java.time.Instant;
import java.util.List;

/**
 * Users who listen now, by id in the order of bytes (protocol/presence.md).
 *
 * @param more whether there are others after the last one
 */
public record PresencePage(List<Present> items, boolean more) {

  /**
   * @param streams how many are open; 0 within the 15 s after the last has ended
   * @param since when the user came
   */
  public record Present(String user, int streams, Instant since) {}
}
