package tidings.http.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;

/**
 * The cookie of a session (RFC 6265; protocol/access.md): no script sees it, no other site's
 * request carries it, and it travels over HTTPS alone.
 *
 * @param name with the prefix {@code __Host-} no other host can set it
 */
public record SessionCookie(String name) {
  private static final String OF_THIS_HOST = "__Host-";
  private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Strict";

  /** Whether browsers let no other host of the domain set it. */
  public boolean isOfThisHostAlone() {
    return name.startsWith(OF_THIS_HOST);
  }

  /**
   * The secret that a request carries, null if it has none.
   *
   * @throws tidings.core.problem.Refusal if it has two: one may have been planted by another host
   */
  @Nullable String of(Request request) {
    String start = name + "=";
    String found = null;
    for (String line : request.headers(HttpHeaderNames.COOKIE)) {
      for (String pair : line.split(";", -1)) {
        String stripped = pair.strip();
        if (stripped.startsWith(start)) {
          String secret = stripped.substring(start.length());
          if (found != null && !found.equals(secret)) {
            throw new Problem(
                    Problem.Kind.INVALID_REQUEST,
                    "two cookies " + name + " (expected one; delete them, and sign in again)",
                    "Cookie")
                .refusal();
          }
          found = secret;
        }
      }
    }
    return found;
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
