package tidings.core.presence;

import java.time.Instant;

/**
 * A user who listens.
 *
 * @param streams how many are open; 0 for a moment after the last has ended
 * @param since when the user came
 */
public record Listener(String user, int streams, Instant since) {}
