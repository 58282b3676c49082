package tidings.http.exchange;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An answer: status, headers and a whole body. Made on any thread, then handed over. */
public final class Response {
  private static final byte[] NOTHING = {};

  private final int status;
  private final byte[] body;
  private final List<String> headers = new ArrayList<>(20); // name, value, name, value …
  private boolean bodyless;

  private Response(int status, byte[] body) {
    this.status = status;
    this.body = body;
  }

  public static Response of(int status, String contentType, byte[] body) {
    return new Response(status, body).header("Content-Type", contentType);
  }

  public static Response json(int status, byte[] body) {
    return of(status, "application/json", body).header("Cache-Control", "no-store");
  }

  public static Response text(int status, String body) {
    return of(status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8))
        .header("Cache-Control", "no-store");
  }

  /** The head of a stream of server-sent events. */
  public static Response events() {
    return head("text/event-stream").header("X-Accel-Buffering", "no");
  }

  /** An answer without a body, such as 204 or 304. */
  public static Response empty(int status) {
    return new Response(status, NOTHING);
  }

  /**
   * Adds a header.
   *
   * @param value visible ASCII characters and spaces; others are a defect of the caller
   */
  public Response header(String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
        throw new IllegalArgumentException("no visible ASCII character in header " + name);
      }
    }
    headers.add(name);
    headers.add(value);
    return this;
  }

  /**
   * Says what holds for every answer, whoever gets it: browsers neither guess its type, nor let
   * other sites embed it (scripts of configured origins may still read it; Fetch, "CORP"), nor keep
   * it, unless the answer itself says how long.
   */
  public Response guarded() {
    if (header("Cache-Control") == null) {
      header("Cache-Control", "no-store");
    }
    return header("X-Content-Type-Options", "nosniff")
        .header("Cross-Origin-Resource-Policy", "same-origin");
  }

  /** Leaves out the body but not its length: for HEAD (RFC 9110, 9.3.2). */
  public Response withoutBody() {
    bodyless = true;
    return this;
  }

  public int status() {
    return status;
  }

  /** The first header of this name, compared without case. */
  public @Nullable String header(String name) {
    for (int i = 0; i < headers.size(); i += 2) {
      if (headers.get(i).equalsIgnoreCase(name)) {
        return headers.get(i + 1);
      }
    }
    return null;
  }

  /** Calls a function with the name and value of each header, in order. */
  public void forEachHeader(BiConsumer<String, String> function) {
    for (int i = 0; i < headers.size(); i += 2) {
      function.accept(headers.get(i), headers.get(i + 1));
    }
  }

  /** The body; empty if {@link #withoutBody} left it out. Not to be changed. */
  public byte[] body() {
    return bodyless ? NOTHING : body;
  }

  /** Whether an answer of its status has a body (RFC 9112, 6.3). */
  public boolean hasBody() {
    return status != 101 && status != 204 && status != 304;
  }

  /** The length of the body, also of one that is left out; -1 if such an answer has none. */
  public int contentLength() {
    return hasBody() ? body.length : -1;
  }

  /** How many bytes {@link #write} needs at most. */
  public int sizeMax() {
    int size = 128 + body.length;
    for (String text : headers) {
      size += text.length() + 4;
    }
    return size;
  }

  /**
   * Writes the whole answer as HTTP/1.1, which a proxy that spoke 1.0 understands (RFC 9110, 2.5).
   */
  public void write(ByteBuf out, boolean keepAlive) {
    writeLines(out);
    if (contentLength() >= 0) {
      ascii(out, "Content-Length: ");
      ascii(out, Integer.toString(contentLength()));
      ascii(out, "\r\n");
    }
    ascii(out, keepAlive ? "\r\n" : "Connection: close\r\n\r\n");
    out.writeBytes(body());
  }

  /** The head of an answer with status 200 whose body follows piece by piece. */
  public static Response head(String contentType) {
    return new Response(200, NOTHING)
        .header("Content-Type", contentType)
        .header("Cache-Control", "no-store");
  }

  /** Writes the head of an answer whose body follows as a stream. */
  public void writeHead(ByteBuf out) {
    writeLines(out);
    ascii(out, "\r\n");
  }

  private void writeLines(ByteBuf out) {
    ascii(out, "HTTP/1.1 ");
    ascii(out, Integer.toString(status));
    ascii(out, " ");
    ascii(out, reason(status));
    ascii(out, "\r\n");
    forEachHeader((name, value) -> {
      ascii(out, name);
      ascii(out, ": ");
      ascii(out, value);
      ascii(out, "\r\n");
    });
  }

  @SuppressWarnings("deprecation") // the deprecated copy of low bytes is what a header needs
  private static void ascii(ByteBuf out, String text) {
    byte[] bytes = new byte[text.length()];
    text.getBytes(0, text.length(), bytes, 0);
    out.writeBytes(bytes);
  }

  private static String reason(int status) {
    return switch (status) {
      case 101 -> "Switching Protocols";
      case 200 -> "OK";
      case 201 -> "Created";
      case 204 -> "No Content";
      case 304 -> "Not Modified";
      case 308 -> "Permanent Redirect";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 409 -> "Conflict";
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 415 -> "Unsupported Media Type";
      case 426 -> "Upgrade Required";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      case 505 -> "HTTP Version Not Supported";
      default -> "Status";
    };
  }
}
