package tidings.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the hub speaks HTTP, and how much it takes.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 for a free one
 * @param headerBytesMax bytes of all headers of a request
 * @param targetBytesMax bytes of a request line
 * @param headerDeadline within which a request's head must have come, from its first byte
 * @param bodyDeadline within which a request's body must have come
 * @param idle how long a connection may wait for its next request
 * @param connectionsMax connections in all; the last few of them take no streams
 * @param connectionsPerAddressMax connections of one address; loopback is not counted
 * @param trustedProxies whose clients are counted by request
 * @param proxyProtocol whether every connection begins with a PROXY header, of a trusted proxy
 * @param pathPrefix what the hub's paths begin with where clients see them, empty for nothing
 * @param tls null for plain HTTP
 * @param redirectPort where plain HTTP is redirected to HTTPS, -1 for nowhere
 */
public record HttpSettings(
    String host,
    int port,
    int headerBytesMax,
    int targetBytesMax,
    Duration headerDeadline,
    Duration bodyDeadline,
    Duration idle,
    int connectionsMax,
    int connectionsPerAddressMax,
    TrustedProxies trustedProxies,
    boolean proxyProtocol,
    String pathPrefix,
    @Nullable TlsFiles tls,
    int redirectPort) {}
