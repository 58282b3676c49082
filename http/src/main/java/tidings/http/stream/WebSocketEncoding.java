package tidings.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.Encoding;
import tidings.core.log.Entry;
import tidings.core.notification.JsonWriter;

/**
 * Messages of a WebSocket (protocol/websocket.md), each in one frame of a server, which is not
 * masked (RFC 6455, 5.2): so those who get the same share the bytes.
 */
final class WebSocketEncoding implements Encoding {
  static final WebSocketEncoding TEXT = new WebSocketEncoding();

  private static final byte[] CURSOR = ascii("{\"cursor\":\"");
  private static final byte[] NOTIFICATION = ascii("\",\"notification\":");
  private static final byte[] DIRECT = ascii(",\"direct\":true}");
  private static final byte[] WITHDRAWN = ascii("{\"event\":\"withdrawn\",\"cursor\":\"");
  private static final byte[] NEXT = ascii("\",");

  /** More than what stands around an entry's JSON. */
  private static final int OVERHEAD = 96;

  private static final int FINAL_TEXT = 0x81;
  private static final int FINAL_CLOSE = 0x88;
  private static final int FINAL_PONG = 0x8A;

  private WebSocketEncoding() {}

  @Override
  public SharedFrame frame(String epoch, List<Entry> entries, long direct) {
    int size = 0;
    for (Entry entry : entries) {
      size += entry.json().length + OVERHEAD;
    }
    ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(size);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      byte[] cursor = ascii(epoch + "." + entry.position());
      if (entry.kind() == Entry.Kind.WITHDRAWN) {
        withdrawn(out, cursor, entry.json());
      } else {
        notification(out, cursor, entry.json(), (direct >> i & 1) != 0);
      }
    }
    return new SharedFrame(out);
  }

  private static void notification(ByteBuf out, byte[] cursor, byte[] json, boolean direct) {
    int added = direct ? DIRECT.length - 1 : 0; // in the place of the last brace
    head(
        out,
        FINAL_TEXT,
        CURSOR.length + cursor.length + NOTIFICATION.length + json.length + added + 1);
    out.writeBytes(CURSOR).writeBytes(cursor).writeBytes(NOTIFICATION);
    if (direct) {
      out.writeBytes(json, 0, json.length - 1).writeBytes(DIRECT);
    } else {
      out.writeBytes(json);
    }
    out.writeByte('}');
  }

  /** The object's fields come after the event's own. */
  private static void withdrawn(ByteBuf out, byte[] cursor, byte[] json) {
    head(out, FINAL_TEXT, WITHDRAWN.length + cursor.length + NEXT.length + json.length - 1);
    out.writeBytes(WITHDRAWN).writeBytes(cursor).writeBytes(NEXT);
    out.writeBytes(json, 1, json.length - 1);
  }

  /**
   * A control event.
   *
   * @param now what {@code hello} gives as the hub's time
   */
  ByteBuf event(ControlEvent event, Instant now) {
    JsonWriter json = JsonWriter.object(192).text("event", ControlJson.name(event));
    if (!ControlJson.hasCursor(event)) {
      json.text("cursor", event.cursor().toString());
    }
    return text(
        event instanceof ControlEvent.Inbox inbox
            ? json.json(
                "summary", ControlJson.summary(JsonWriter.object(96), inbox.summary()).end())
            : ControlJson.write(json, event, now));
  }

  /** Any message. */
  ByteBuf text(JsonWriter json) {
    byte[] payload = json.bytes();
    ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(payload.length + 4);
    head(out, FINAL_TEXT, payload.length);
    return out.writeBytes(payload);
  }

  /**
   * The answer to a ping.
   *
   * @param payload the ping's, at most 125 bytes
   */
  ByteBuf pong(ByteBuf payload) {
    ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(payload.readableBytes() + 2);
    head(out, FINAL_PONG, payload.readableBytes());
    return out.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
  }

  /**
   * The last frame.
   *
   * @param code why; -1 for none
   * @param reason visible ASCII, at most 123 characters
   */
  ByteBuf close(int code, String reason) {
    ByteBuf out = Unpooled.buffer(4 + reason.length());
    head(out, FINAL_CLOSE, code < 0 ? 0 : 2 + reason.length());
    return code < 0 ? out : out.writeShort(code).writeBytes(ascii(reason));
  }

  private static void head(ByteBuf out, int kind, int length) {
    out.writeByte(kind);
    if (length < 126) {
      out.writeByte(length);
    } else if (length <= 0xFFFF) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
