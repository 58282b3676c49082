package tidings.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A client of WebSockets that may break every rule of RFC 6455. */
final class SocketWire implements AutoCloseable {
  static final int TEXT = 0x81;
  static final int CLOSE = 0x88;
  static final int PING = 0x89;
  static final int PONG = 0x8A;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] MASK = {0x12, (byte) 0xF4, 0x56, 0x78};

  final Wire wire;

  private SocketWire(Wire wire) {
    this.wire = wire;
  }

  /** A frame as it came: its first byte, and what it carries. */
  record Frame(int kind, byte[] payload) {
    String text() {
      return new String(payload, UTF_8);
    }

    /** Of a closing frame. */
    int code() {
      return payload.length < 2 ? -1 : (payload[0] & 255) << 8 | payload[1] & 255;
    }

    String reason() {
      return new String(payload, 2, payload.length - 2, UTF_8);
    }
  }

  /** A handshake, with more lines for its head. */
  static String handshake(String query, @Nullable String token, String... lines) {
    String more =
        "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + (lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n");
    return RunningHub.request("GET", "/v1/ws" + query, token)
        .replaceFirst("\r\n\r\n$", "\r\n" + more + "\r\n");
  }

  /** Opens one; its {@code hello} is still to be read. */
  static SocketWire open(RunningHub hub, String query, @Nullable String token, String... lines) {
    return open(hub.wire(), query, token, lines);
  }

  static SocketWire open(Wire wire, String query, @Nullable String token, String... lines) {
    List<String> head = wire.send(handshake(query, token, lines)).headers();
    if (!head.getFirst().equals("HTTP/1.1 101 Switching Protocols")) {
      throw new AssertionError("no WebSocket: " + head);
    }
    return new SocketWire(wire);
  }

  SocketWire say(String text) {
    return send(TEXT, text.getBytes(UTF_8));
  }

  SocketWire send(int kind, byte[] payload) {
    wire.send(masked(kind, payload));
    return this;
  }

  /** A frame, masked as it must be. */
  static byte[] masked(int kind, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    head(out, kind, payload.length, 0x80);
    out.writeBytes(MASK);
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ MASK[i & 3]);
    }
    return out.toByteArray();
  }

  /** Sends a frame's head alone. */
  SocketWire announce(int kind, long length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    head(out, kind, length, 0x80);
    out.writeBytes(MASK);
    wire.send(out.toByteArray());
    return this;
  }

  private static void head(ByteArrayOutputStream out, int kind, long length, int masked) {
    out.write(kind);
    if (length < 126) {
      out.write(masked | (int) length);
    } else if (length <= 0xFFFF) {
      out.write(masked | 126);
      out.write((int) length >> 8);
      out.write((int) length);
    } else {
      out.write(masked | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) (length >> shift));
      }
    }
  }

  /** The next frame, null if the connection has ended. */
  @Nullable Frame frame() {
    int kind = wire.read();
    if (kind < 0) {
      return null;
    }
    long length = wire.read();
    if (length >= 126) {
      int bytes = length == 126 ? 2 : 8;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = length << 8 | wire.read();
      }
    }
    byte[] payload = new byte[Math.toIntExact(length)];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) wire.read();
    }
    return new Frame(kind, payload);
  }

  /** The next frame, which must be of a kind; what comes at any time is passed over. */
  Frame frame(int kind) {
    while (true) {
      Frame frame = frame();
      if (frame == null || frame.kind != kind && !isAside(frame)) {
        throw new AssertionError(
            "expected %x, got %s"
                .formatted(
                    kind, frame == null ? "the end" : "%x %s".formatted(frame.kind, frame.text())));
      }
      if (!isAside(frame)) {
        return frame;
      }
    }
  }

  /** Reads to the end of the connection, before which only what comes at any time may come. */
  void end() {
    for (Frame frame = frame(); frame != null; frame = frame()) {
      if (!isAside(frame)) {
        throw new AssertionError("expected the end, got %x %s".formatted(frame.kind, frame.text()));
      }
    }
  }

  private static boolean isAside(Frame frame) {
    return frame.kind == TEXT && frame.text().matches("\\{\"event\":\"(tick|inbox|presence)\".*");
  }

  /** The next message that is no tick, and tells of no inbox and no presence. */
  String text() {
    return frame(TEXT).text();
  }

  JsonNode json() {
    return JSON.readTree(text());
  }

  /** The title of the next message, which must be a notification. */
  String title() {
    JsonNode message = json();
    if (!message.has("notification")) {
      throw new AssertionError("no notification: " + message);
    }
    return message.get("notification").get("title").asString();
  }

  /** The code of the closing frame that must come next; after it nothing comes. */
  int ended() {
    int code = frame(CLOSE).code();
    Frame more = frame();
    if (more != null) {
      throw new AssertionError("%x after the end: %s".formatted(more.kind, more.text()));
    }
    return code;
  }

  @Override
  public void close() {
    wire.close();
  }
}
