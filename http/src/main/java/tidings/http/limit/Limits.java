package tidings.http.limit;

import org.jspecify.annotations.Nullable;

/**
 * How much is taken on, of everybody together and of each.
 *
 * @param connections open connections in all
 * @param connectionsPerAddress open connections of one client address
 * @param connectionsPerUser requests under way and open streams of one user
 * @param streamsPerUser open streams and long polls of one user
 * @param patternsPerStream values of each of {@code to}, {@code type} and {@code source}
 * @param publishesPerSecond notifications of one publisher, null for any number
 * @param requests requests that are worked on at a time, in all
 * @param failedLoginsPerMinute tokens that are none, of one client address
 * @param headerBytes bytes of a request's line and headers
 * @param bodyBytes bytes of a body, or of a line of NDJSON
 */
public record Limits(
    int connections,
    int connectionsPerAddress,
    int connectionsPerUser,
    int streamsPerUser,
    int patternsPerStream,
    @Nullable Integer publishesPerSecond,
    int requests,
    int failedLoginsPerMinute,
    int headerBytes,
    int bodyBytes) {}
