package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The cookie of a session (RFC 6265; protocol/access.md): no script sees it, no other site's
 * request carries it, and it travels over HTTPS alone.
 *
 * @param name with the prefix {@code __Host-} no other host can set it
 */
public record SessionCookie(String name) {
  private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Strict";

  /** The secret that a request carries, null if it has none. */
  @Nullable String of(Request request) {
    String start = name + "=";
    for (String line : request.headers(HttpHeaderNames.COOKIE)) {
      for (String pair : line.split(";", -1)) {
        String stripped = pair.strip();
        if (stripped.startsWith(start)) {
          return stripped.substring(start.length());
        }
      }
    }
    return null;
  }

  /** What sets it, for so long. */
  public String set(String secret, Duration lasting) {
    return name + "=" + secret + "; Max-Age=" + lasting.toSeconds() + ATTRIBUTES;
  }

  /** What makes a browser forget it. */
  public String clear() {
    return name + "=; Max-Age=0" + ATTRIBUTES;
  }
}
