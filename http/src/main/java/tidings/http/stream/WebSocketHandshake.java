package tidings.http.stream;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;

/** The server's side of the opening handshake (RFC 6455, 4.2). */
final class WebSocketHandshake {
  private static final String VERSION = "13";
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private WebSocketHandshake() {}

  /** The answer to a request that asks for no WebSocket, or null. */
  static @Nullable Response refusal(Request request) {
    if (!request.isChunked()) {
      return invalid("WebSocket is spoken over HTTP/1.1 here", null);
    }
    if (!has(request, HttpHeaderNames.UPGRADE, "websocket")
        || !has(request, HttpHeaderNames.CONNECTION, "upgrade")
        || !VERSION.equals(request.header(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return ProblemDocument.withStatus(
              Problem.of(
                  Problem.Kind.INVALID_REQUEST,
                  "no WebSocket handshake of version 13 (a stream of server-sent events is at"
                      + " /v1/stream)"),
              426)
          .header("Connection", "Upgrade")
          .header("Upgrade", "websocket")
          .header("Sec-WebSocket-Version", VERSION);
    }
    return isKey(key(request))
        ? null
        : invalid("no key (expected 16 bytes in base64)", "Sec-WebSocket-Key");
  }

  private static Response invalid(String detail, @Nullable String field) {
    return ProblemDocument.response(new Problem(Problem.Kind.INVALID_REQUEST, detail, field));
  }

  private static boolean has(Request request, CharSequence header, String token) {
    return request.headers(header).stream()
        .flatMap(line -> Arrays.stream(line.split(",", -1)))
        .anyMatch(part -> part.strip().equalsIgnoreCase(token));
  }

  private static String key(Request request) {
    String key = request.header(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    return key == null ? "" : key;
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The head of the answer to a handshake that is not refused. */
  static Response accept(Request request) {
    return Response.empty(101)
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .header("Sec-WebSocket-Accept", accept(key(request)));
  }

  private static String accept(String key) {
    try {
      byte[] text = (key + GUID).getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder()
          .encodeToString(MessageDigest.getInstance("SHA-1").digest(text)); // as RFC 6455 has it
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
