package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Frames of HTTP/2 over TLS, sent as no client library would, and read one by one (RFC 9113,
 * section 4).
 */
final class Http2Wire implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;
  static final int INITIAL_WINDOW_SIZE = 4;
  private static final byte[] CANCEL = {0, 0, 0, 8};
  private static final int PATIENCE_MS = 20_000;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final SSLSocket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder();

  /**
   * @param window how many bytes the hub may send on each stream before it is asked for more
   */
  Http2Wire(int port, SSLContext tls, int window) {
    try {
      socket = (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", port);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MS);
      socket.startHandshake();
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
      in = new DataInputStream(socket.getInputStream());
      raw(PREFACE);
      settings(INITIAL_WINDOW_SIZE, window);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A frame as it came. */
  record Frame(int type, int flags, int stream, byte[] payload) {
    boolean isLast() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }

    /** The error of RST_STREAM or GOAWAY. */
    int error() {
      return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }

    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }
  }

  // --- sending ---

  private void raw(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Sends a frame, unless the hub has closed the connection. */
  boolean send(int type, int flags, int stream, byte[] payload) {
    return send(frame(type, flags, stream, payload));
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    return frame.array();
  }

  private boolean send(byte[] frames) {
    try {
      raw(frames);
      return true;
    } catch (SocketException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void settings(int name, int value) {
    send(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) name).putInt(value).array());
  }

  void window(int stream, int more) {
    send(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(more).array());
  }

  boolean reset(int stream) {
    return send(RST_STREAM, 0, stream, CANCEL);
  }

  /** Asks, and takes it back in the same breath. */
  boolean askInVain(int stream, String path, String token) {
    byte[] asked = frame(HEADERS, END_HEADERS | END_STREAM, stream, get(path, token));
    byte[] reset = frame(RST_STREAM, 0, stream, CANCEL);
    return send(ByteBuffer.allocate(asked.length + reset.length).put(asked).put(reset).array());
  }

  /** Sends the head of a request. */
  boolean request(int stream, boolean last, String... namesAndValues) {
    return send(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, fields(namesAndValues));
  }

  boolean get(int stream, String path, @Nullable String token) {
    return send(HEADERS, END_HEADERS | END_STREAM, stream, get(path, token));
  }

  private static byte[] get(String path, @Nullable String token) {
    List<String> fields =
        new ArrayList<>(
            List.of(
                ":method", "GET", ":scheme", "https", ":path", path, ":authority", "localhost"));
    if (token != null) {
      fields.addAll(List.of("authorization", "Bearer " + token));
    }
    return fields(fields.toArray(String[]::new));
  }

  /** Literal fields that nobody indexes (RFC 7541, 6.2.2). */
  static byte[] fields(String... namesAndValues) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      out.write(0);
      string(out, namesAndValues[i]);
      string(out, namesAndValues[i + 1]);
    }
    return out.toByteArray();
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int left = bytes.length;
    if (left < 127) {
      out.write(left);
    } else { // RFC 7541, 5.1
      out.write(127);
      left -= 127;
      while (left >= 128) {
        out.write(left & 127 | 128);
        left >>= 7;
      }
      out.write(left);
    }
    out.writeBytes(bytes);
  }

  /** Says that nothing more is sent, and goes. */
  void sendEnd() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- reading ---

  /** The next frame, null if the connection has ended. */
  @Nullable Frame frame() {
    try {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt() & Integer.MAX_VALUE;
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(type, flags, stream, payload);
    } catch (EOFException | SocketException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next frame of some kind; those before it are passed over. */
  Frame next(Predicate<Frame> wanted) {
    for (Frame frame = frame(); frame != null; frame = frame()) {
      if (wanted.test(frame)) {
        return frame;
      }
      if (frame.type() == HEADERS) {
        headers(frame); // or the table of names would be out of step
      }
    }
    throw new AssertionError("the connection has ended");
  }

  Frame next(int type, int stream) {
    return next(frame -> frame.type() == type && frame.stream() == stream);
  }

  Http2Headers headers(Frame frame) {
    ByteBuf block = Unpooled.wrappedBuffer(frame.payload());
    try {
      return hpack.decodeHeaders(frame.stream(), block);
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The status of the answer on a stream. */
  String status(int stream) {
    return String.valueOf(headers(next(HEADERS, stream)).status());
  }

  /** Reads the body of an answer to its end. */
  String body(int stream) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    Frame frame;
    do {
      frame = next(DATA, stream);
      body.writeBytes(frame.payload());
    } while (!frame.isLast());
    return body.toString(StandardCharsets.UTF_8);
  }

  /** Reads what a stream says until some text has come. */
  String until(int stream, String text) {
    StringBuilder said = new StringBuilder();
    while (said.indexOf(text) < 0) {
      said.append(next(DATA, stream).text());
    }
    return said.toString();
  }

  /** The error with which the hub ends the connection. */
  int end() {
    int error = next(frame -> frame.type() == GOAWAY).error();
    while (frame() != null) {
      // whatever was on its way
    }
    return error;
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
