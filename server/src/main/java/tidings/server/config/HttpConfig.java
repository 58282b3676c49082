package tidings.server.config;

import java.time.Duration;
import java.util.List;

/**
 * How the hub is reached, and the limits of each request and connection.
 *
 * @param host the address to listen on
 * @param port the TCP port, 0 for any free one
 * @param trustedProxies addresses and networks whose {@code X-Forwarded-…} and {@code Forwarded}
 *     are believed
 * @param proxyProtocol whether every connection begins with a PROXY header, of such a proxy
 * @param pathPrefix what clients see before the hub's paths, empty for nothing
 * @param corsOrigins origins whose scripts may call the hub
 * @param connectionsMax open connections in all
 * @param connectionsPerAddressMax open connections of one client address; none for loopback
 * @param headerBytesMax a request's line and headers
 * @param bodyBytesMax a request's body
 * @param headerTimeout for a request's headers to arrive
 * @param bodyTimeout for its body
 * @param heartbeat the longest silence on a stream
 * @param stallTimeout how long a stream may take nothing before it is closed
 * @param drainTimeout how long a stop may take
 * @param limits what one user may have, and what there may be at a time
 * @param tls whether it speaks TLS
 */
public record HttpConfig(
    String host,
    int port,
    List<String> trustedProxies,
    boolean proxyProtocol,
    String pathPrefix,
    List<String> corsOrigins,
    int connectionsMax,
    int connectionsPerAddressMax,
    int headerBytesMax,
    int bodyBytesMax,
    Duration headerTimeout,
    Duration bodyTimeout,
    Duration heartbeat,
    Duration stallTimeout,
    Duration drainTimeout,
    LimitsConfig limits,
    TlsConfig tls) {

  private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1", "localhost");

  static HttpConfig read(Section section, boolean dev) {
    HttpConfig config = of(section, dev);
    if (config.proxyProtocol && config.trustedProxies.isEmpty()) {
      section.fault("proxy-protocol", "nobody could connect (expected trusted-proxies beside it)");
    }
    return config;
  }

  private static HttpConfig of(Section section, boolean dev) {
    return new HttpConfig(
        host(section, dev),
        section.get("port", Kind.integer(0, 65_535), "8080", "The TCP port; 0 takes any free one."),
        section.list(
            "trusted-proxies",
            Kind.NETWORK,
            "Proxies that are believed when they say, by `X-Forwarded-For`, `-Proto` and `-Host` or"
                + " by `Forwarded`, whose request they pass on: its client is the last address that"
                + " is no such proxy. Each of them must set or remove these headers, and what they"
                + " say must be readable and the same in both forms, or the request is answered"
                + " 400. Their connections don't count against `connections-per-address-max`; each"
                + " client's open requests and streams do. From others these headers mean nothing."),
        proxyProtocol(section, dev),
        section.get(
            "path-prefix",
            Kind.PATH_PREFIX,
            "/",
            "What the hub's paths begin with where clients see them, behind a proxy that serves"
                + " other things too, like `/tidings`. Links are given below it; requests are taken"
                + " with it and without, so the proxy may take it off or not."),
        section.list(
            "cors-origins",
            Kind.ORIGIN,
            "Other origins whose pages may call the hub from a browser."),
        section.get(
            "connections-max",
            Kind.integer(1, 1_000_000),
            "50000",
            "Open connections in all; fewer if the process may not open so many files. When only a"
                + " few are left, new streams are told to come back later: whoever reads goes on"
                + " reading, and publishers and health checks are answered."),
        section.get(
            "connections-per-address-max",
            Kind.integer(1, 1_000_000),
            "200",
            "Open connections of one client address (IPv6: of one /64 network). Loopback has no such"
                + " limit. Behind a proxy, name it in `trusted-proxies`, or all its clients count as"
                + " one."),
        section
            .get(
                "header-bytes-max",
                Kind.size("1KiB", "64KiB"),
                "16KiB",
                "A request's first line and headers; more is answered 431.")
            .intValue(),
        section
            .get(
                "body-bytes-max",
                Kind.size("1KiB", "64MiB"),
                "1MiB",
                "A request's body; more is answered 413.")
            .intValue(),
        section.get(
            "header-timeout",
            Kind.duration("1s", "10m"),
            "10s",
            "How long a request's headers may take to arrive, from the first byte to the last."),
        section.get(
            "body-timeout",
            Kind.duration("1s", "1h"),
            "30s",
            "The same for its body; for NDJSON, for each line."),
        section.get(
            "heartbeat",
            Kind.duration("1s", "5m"),
            "15s",
            "A stream that has nothing to say sends a `tick` this often. Keep it below the idle"
                + " time-out of every proxy on the way."),
        section.get(
            "stall-timeout",
            Kind.duration("1s", "1h"),
            "60s",
            "A reader that takes nothing for so long is closed; it resumes by its cursor."),
        section.get(
            "drain-timeout",
            Kind.duration("0s", "5m"),
            "10s",
            "How long a stop may take: to finish what is being published, and to end streams one"
                + " after the other so that they don't all come back at once."),
        section.section(
            "limits",
            "What one user, or one address, may ask for; beside `connections-max` and the others"
                + " above. Requests of this machine itself are not counted for a user or an address,"
                + " unless they came through a proxy; `patterns-per-stream-max`,"
                + " `publishes-per-second-max` and `requests-max` hold them too. Who is over a limit"
                + " is answered 429 with `Retry-After`, of patterns 400; a stream is told to come"
                + " back later.",
            LimitsConfig::read),
        section.section("tls", "HTTPS, without a proxy that sees to it.", TlsConfig::read));
  }

  private static boolean proxyProtocol(Section section, boolean dev) {
    boolean on =
        section.get(
            "proxy-protocol",
            Kind.BOOLEAN,
            "false",
            "Whether every connection begins with a header of the PROXY protocol, version 1 or 2,"
                + " before TLS if there is any. Then only `trusted-proxies` can connect: any other"
                + " connection, and one without the header, is closed.");
    if (on && dev) {
      section.fault("proxy-protocol", "with --dev nobody comes through a proxy (expected false)");
    }
    return on;
  }

  private static String host(Section section, boolean dev) {
    String host =
        section.get(
            "host",
            Kind.TEXT,
            "127.0.0.1",
            "The address to listen on; `0.0.0.0` or `::` for all of the machine's.");
    if (dev && !LOOPBACK.contains(host)) {
      section.fault("host", "\"" + host + "\" (with --dev expected one of " + LOOPBACK + ")");
    }
    return host;
  }
}
