package tidings.http.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.http.exchange.Request;

/** In what form notifications are published. */
enum PublishType {
  /** One object or an array. */
  JSON,
  /** An object a line. */
  NDJSON;

  /**
   * Reads the form from a request's head.
   *
   * @throws Refusal of kind {@code UNSUPPORTED_MEDIA_TYPE}
   */
  static PublishType of(Request request) {
    if (request.header(HttpHeaderNames.CONTENT_ENCODING) != null) {
      throw refusal("Content-Encoding", "a coded body (expected none)");
    }
    String given = request.header(HttpHeaderNames.CONTENT_TYPE);
    String[] parts = given == null ? new String[] {""} : given.split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      checkCharset(parts[i].strip());
    }
    return switch (parts[0].strip().toLowerCase(Locale.ROOT)) {
      case "application/json" -> JSON;
      case "application/x-ndjson" -> NDJSON;
      default ->
          throw refusal(
              "Content-Type",
              shown(given) + " (expected application/json or application/x-ndjson, in UTF-8)");
    };
  }

  private static void checkCharset(String parameter) {
    int equals = parameter.indexOf('=');
    if (equals > 0 && parameter.substring(0, equals).equalsIgnoreCase("charset")) {
      String charset = parameter.substring(equals + 1).replace("\"", "");
      if (!charset.equalsIgnoreCase("utf-8")) {
        throw refusal("Content-Type", "another charset (expected utf-8)");
      }
    }
  }

  private static String shown(@Nullable String given) {
    return given == null ? "no Content-Type" : "Content-Type of another kind";
  }

  private static Refusal refusal(String header, String detail) {
    return new Problem(Problem.Kind.UNSUPPORTED_MEDIA_TYPE, detail, header).refusal();
  }
}
