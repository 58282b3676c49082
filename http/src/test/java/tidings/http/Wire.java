package tidings.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A plain socket that says to the hub what no HTTP client would, and shows every byte it says. */
final class Wire implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_MS = 20_000;

  private final Socket socket = new Socket();
  private final InputStream in;
  private boolean chunked;
  private int chunkLeft;

  Wire(int port) {
    this(port, 0);
  }

  /**
   * @param receiveBytes how much the kernel takes for a reader that does not read; 0 for its
   *     default
   */
  Wire(int port, int receiveBytes) {
    try {
      if (receiveBytes > 0) {
        socket.setReceiveBufferSize(receiveBytes);
      }
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      in = new BufferedInputStream(socket.getInputStream(), 512);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An answer as it came. */
  record Answer(int status, List<String> headers, String body) {
    @Nullable String header(String name) {
      for (String line : headers) {
        if (line.regionMatches(true, 0, name + ": ", 0, name.length() + 2)) {
          return line.substring(name.length() + 2);
        }
      }
      return null;
    }

    JsonNode json() {
      return JSON.readTree(body);
    }

    /** The last part of the problem's type. */
    String problem() {
      return json().get("type").asString().replace("urn:tidings:problem:", "");
    }

    @Nullable String field() {
      JsonNode field = json().get("field");
      return field == null ? null : field.asString();
    }
  }

  Wire send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  Wire send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says that nothing more is sent. */
  Wire sendEnd() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a whole answer. */
  Answer answer() {
    return answer(true);
  }

  /** Reads an answer to HEAD, which has no body whatever its length. */
  Answer head() {
    return answer(false);
  }

  private Answer answer(boolean body) {
    List<String> headers = headers();
    int status = Integer.parseInt(headers.removeFirst().split(" ", -1)[1]);
    Answer head = new Answer(status, headers, "");
    chunked = "chunked".equals(head.header("Transfer-Encoding"));
    String length = head.header("Content-Length");
    if (!body || status == 204 || status == 304) {
      return head;
    }
    String text = length != null ? text(Integer.parseInt(length)) : rest();
    return new Answer(status, headers, text);
  }

  /** Reads the lines up to an empty one. */
  List<String> headers() {
    List<String> lines = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      lines.add(line);
    }
    chunked = lines.contains("Transfer-Encoding: chunked");
    chunkLeft = 0;
    return lines;
  }

  /** Reads up to CR LF. */
  String line() {
    StringBuilder line = new StringBuilder();
    for (int b = read(); b >= 0; b = read()) {
      if (b == '\n') {
        return line.substring(0, line.length() - 1);
      }
      line.append((char) b);
    }
    throw new IllegalStateException("the connection ended within: " + line);
  }

  /** The next frame of a stream that tells of no inbox and no presence: those come at any time. */
  @Nullable String frame() {
    String frame = anyFrame();
    return frame != null && frame.matches("(?s)event: (inbox|presence)\n.*") ? frame() : frame;
  }

  /** The next frame of a stream without its empty line; null when the stream has ended. */
  @Nullable String anyFrame() {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    int before = 0;
    for (int b = readBody(); b >= 0; b = readBody()) {
      if (b == '\n' && before == '\n') {
        return frame.toString(StandardCharsets.UTF_8);
      }
      frame.write(b);
      before = b;
    }
    return null;
  }

  /** The next line of a body that comes piece by piece; null at its end. */
  @Nullable String bodyLine() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = readBody(); b >= 0; b = readBody()) {
      if (b == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      line.write(b);
    }
    return null;
  }

  String rest() {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    for (int b = readBody(); b >= 0; b = readBody()) {
      rest.write(b);
    }
    return rest.toString(StandardCharsets.UTF_8);
  }

  private int readBody() {
    if (!chunked) {
      return read();
    }
    if (chunkLeft == 0) {
      chunkLeft = Integer.parseInt(line(), 16);
      if (chunkLeft == 0) {
        line();
        return -1;
      }
    }
    int b = read();
    if (--chunkLeft == 0) {
      line();
    }
    return b;
  }

  /** The next so many bytes. */
  String text(int bytes) {
    try {
      return new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next byte, -1 at the end of the connection. */
  int read() {
    try {
      return in.read();
    } catch (SocketException e) {
      return -1; // reset is an end too
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether all that has come by now was read. */
  boolean isSilent() {
    try {
      return in.available() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes at once, with a reset: the server learns that nobody waits any more. */
  void giveUp() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
