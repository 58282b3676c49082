package tidings.server.config;

import org.jspecify.annotations.Nullable;

/**
 * What one user, or one address, may ask for.
 *
 * @param connectionsPerUserMax requests under way and open streams
 * @param streamsPerUserMax open streams and long polls
 * @param patternsPerStreamMax values of each parameter that says what is read
 * @param publishesPerSecondMax notifications of one publisher, null for any number
 * @param requestsMax requests that are worked on at a time, in all
 * @param failedLoginsPerMinuteMax tokens that are none, of one address
 */
public record LimitsConfig(
    int connectionsPerUserMax,
    int streamsPerUserMax,
    int patternsPerStreamMax,
    @Nullable Integer publishesPerSecondMax,
    int requestsMax,
    int failedLoginsPerMinuteMax) {

  static LimitsConfig read(Section section) {
    return new LimitsConfig(
        section.get(
            "connections-per-user-max",
            Kind.integer(1, 1_000_000),
            "200",
            "Requests under way and open streams of one user, each of which takes a connection, or a"
                + " stream of HTTP/2."),
        section.get(
            "streams-per-user-max",
            Kind.integer(1, 1_000_000),
            "100",
            "Open streams and long polls of one user."),
        section.get(
            "patterns-per-stream-max",
            Kind.integer(1, 1_000),
            "100",
            "How often each of `to`, `type` and `source` may stand in a request that reads; more"
                + " are answered 400."),
        section.optional(
            "publishes-per-second-max",
            Kind.integer(1, 1_000_000),
            "Notifications of one publisher; any number if it is left out. As many may come at once;"
                + " an array may take more in advance. Lines of NDJSON are not refused but read no"
                + " faster."),
        section.get(
            "requests-max",
            Kind.integer(16, 1_000_000),
            "16384",
            "Requests at a time that wait for the store or for the verification of a token, in all;"
                + " one more is answered 503 with `Retry-After`."),
        section.get(
            "failed-logins-per-minute-max",
            Kind.integer(1, 1_000_000),
            "60",
            "Tokens that are none, of one client address (IPv6: of one /64 network), before no more"
                + " are looked at; those that the hub knows already still are."));
  }
}
