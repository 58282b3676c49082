package tidings.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.exchange.Sender;

/**
 * Who sent a request that a trusted proxy has passed on, by {@code X-Forwarded-For}, {@code -Proto}
 * and {@code -Host} or by {@code Forwarded} (RFC 7239). Each proxy adds to the end; the client is
 * the last address that is no trusted proxy itself, and what stands before it, anybody may have
 * written.
 *
 * @param secure whether the proxy came by TLS: so did the client, unless the proxy says otherwise
 */
record Forwarded(TrustedProxies proxies, InetAddress proxy, boolean secure) {
  private static final String FOR = "X-Forwarded-For";
  private static final String PROTO = "X-Forwarded-Proto";
  private static final String HOST = "X-Forwarded-Host";
  private static final String STANDARD = "Forwarded";

  /** A host, perhaps with a port (RFC 3986, 3.2.2). */
  private static final Pattern AUTHORITY =
      Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?");

  /** An address with a port. */
  private static final Pattern WITH_PORT =
      Pattern.compile("([0-9.]+):[0-9]{1,5}|\\[([0-9A-Fa-f:.]+)](?::[0-9]{1,5})?");

  /** Whether a proxy says anything. */
  static boolean isSaid(HttpHeaders headers) {
    return headers.contains(STANDARD) || isCommon(headers);
  }

  private static boolean isCommon(HttpHeaders headers) {
    return headers.contains(FOR) || headers.contains(PROTO) || headers.contains(HOST);
  }

  /** The sender; with a fault if the headers can't be read, or contradict each other. */
  Sender sender(HttpHeaders headers) {
    try {
      if (!headers.contains(STANDARD)) {
        return common(headers);
      }
      Sender standard = sender(ForwardedHop.standard(headers.getAll(STANDARD)));
      if (isCommon(headers) && !common(headers).equals(standard)) {
        throw refusal(STANDARD, "Forwarded and X-Forwarded-… differ (expected one of them)");
      }
      return standard;
    } catch (Refusal e) {
      return new Sender(proxy, secure, null, false, e.problem());
    }
  }

  private Sender common(HttpHeaders headers) {
    return sender(
        ForwardedHop.common(headers.getAll(FOR), headers.getAll(PROTO), headers.getAll(HOST)));
  }

  private Sender sender(List<ForwardedHop> hops) {
    InetAddress client = proxy;
    ForwardedHop said = hops.getLast();
    for (ForwardedHop hop : hops.reversed()) {
      InetAddress address = address(hop.from());
      if (address == null) {
        break;
      }
      client = address;
      said = hop;
      if (!proxies.contains(address)) {
        break;
      }
    }
    return new Sender(client, isSecure(said.proto()), host(said.host()), false);
  }

  private static @Nullable InetAddress address(@Nullable String text) {
    if (text == null) {
      return null;
    }
    var parts = WITH_PORT.matcher(text);
    String bare =
        !parts.matches() ? text : parts.group(1) == null ? parts.group(2) : parts.group(1);
    return NetUtil.createInetAddressFromIpAddressString(bare);
  }

  private boolean isSecure(@Nullable String proto) {
    if (proto == null) {
      return secure;
    }
    return switch (proto.toLowerCase(Locale.ROOT)) {
      case "https", "wss" -> true;
      case "http", "ws" -> false;
      default -> throw refusal(PROTO, "the proxy's scheme is unknown (expected http or https)");
    };
  }

  private static @Nullable String host(@Nullable String host) {
    if (host != null && !AUTHORITY.matcher(host).matches()) {
      throw refusal(HOST, "the proxy's host is none (expected a name, perhaps with a port)");
    }
    return host;
  }

  private static Refusal refusal(String header, String detail) {
    return new Problem(Problem.Kind.INVALID_REQUEST, detail, header).refusal();
  }
}
