package tidings.http;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import tidings.core.problem.Problem;

/**
 * What is answered to bytes that are no request, after which the connection ends.
 *
 * @param status that of the answer
 */
record Malformed(Problem problem, int status) {

  /** What the decoder did not take. */
  static Malformed of(Throwable cause, HttpSettings settings) {
    return switch (cause) {
      case TooLongHttpLineException e -> target(settings);
      case TooLongHttpHeaderException e -> tooLarge("headers are", 431, settings.headerBytesMax());
      case TooLongFrameException e -> tooLarge("headers are", 431, settings.headerBytesMax());
      default ->
          new Malformed(
              Problem.of(Problem.Kind.INVALID_REQUEST, "the request is not valid HTTP/1.1"), 400);
    };
  }

  static Malformed version(HttpVersion given) {
    return new Malformed(
        Problem.of(Problem.Kind.INVALID_REQUEST, given + " is not spoken here (expected HTTP/1.1)"),
        505);
  }

  /** A request line that is too long. */
  static Malformed target(HttpSettings settings) {
    return tooLarge("request line is", 414, settings.targetBytesMax());
  }

  private static Malformed tooLarge(String part, int status, int bytesMax) {
    return new Malformed(
        Problem.of(
            Problem.Kind.TOO_LARGE,
            "the %s too long (expected at most %d bytes)".formatted(part, bytesMax)),
        status);
  }
}
