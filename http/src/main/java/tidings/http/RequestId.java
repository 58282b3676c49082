package tidings.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.ThreadLocalRandom;

/** What a request is called in logs and answers: its X-Request-Id, or one made for it. */
final class RequestId {
  private static final int CHARS_MAX = 64;

  private RequestId() {}

  static String of(HttpHeaders headers) {
    String given = headers.get("X-Request-Id");
    return given != null && isSane(given) ? given : fresh();
  }

  static String fresh() {
    return Long.toHexString(ThreadLocalRandom.current().nextLong() | 1L << 63);
  }

  private static boolean isSane(String text) {
    return !text.isEmpty()
        && text.length() <= CHARS_MAX
        && text.chars().allMatch(RequestId::isPlain);
  }

  private static boolean isPlain(int c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '.'
        || c == '_'
        || c == '-';
  }
}
