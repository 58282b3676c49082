package tidings.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The head of a request in the words of HTTP/1, whatever it came by. */
final class Http2Head {
  private static final HttpVersion VERSION = new HttpVersion("HTTP", 2, 0, true);

  private Http2Head() {}

  /**
   * Reads the head of a request (RFC 9113, 8.3.1).
   *
   * @return null if it is malformed
   */
  static @Nullable HttpRequest read(Http2Headers from) {
    CharSequence method = from.method();
    CharSequence path = from.path();
    if (method == null || path == null || !isTarget(path) || from.scheme() == null) {
      return null;
    }
    HttpHeaders headers = new DefaultHttpHeaders();
    try {
      for (Map.Entry<CharSequence, CharSequence> header : from) {
        add(headers, header.getKey(), header.getValue());
      }
      if (from.authority() != null) {
        String authority = from.authority().toString();
        if (headers.contains(HttpHeaderNames.HOST)
            && !headers.getAll(HttpHeaderNames.HOST).equals(List.of(authority))) {
          return null;
        }
        headers.set(HttpHeaderNames.HOST, authority);
      }
      return new DefaultHttpRequest(
          VERSION, HttpMethod.valueOf(method.toString()), path.toString(), headers);
    } catch (IllegalArgumentException e) {
      return null; // a character that HTTP does not allow there
    }
  }

  private static boolean isTarget(CharSequence path) {
    return !path.isEmpty() && path.charAt(0) == '/' || path.toString().equals("*");
  }

  private static void add(HttpHeaders headers, CharSequence name, CharSequence value) {
    if (name.charAt(0) == ':') {
      return;
    }
    if (HttpHeaderNames.COOKIE.contentEquals(name) && headers.contains(name)) { // 8.2.3
      headers.set(name, headers.get(name) + "; " + value);
    } else {
      headers.add(name, value);
    }
  }
}
