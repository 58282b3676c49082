package tidings.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a line, the first or one that came after a break.
 *
 * @param heartbeatMs how long the line may be silent
 * @param now the hub's time
 * @param to the addresses that the stream carries, as the token admits
 * @param cursor where the reader stands
 * @param user who reads, null without a user
 */
public record Hello(
    long heartbeatMs, Instant now, List<String> to, String cursor, @Nullable String user) {}
