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
 * Server-sent events (protocol/sse.md; WHATWG HTML, "Server-sent events"), as they are or as one
 * chunk of HTTP/1.1 a frame (RFC 9112, 7.1).
 */
public final class SseEncoding implements Encoding {
  /** For HTTP/1.0, where the end of the connection ends the stream, and for HTTP/2. */
  public static final SseEncoding PLAIN = new SseEncoding(false);

  /** For HTTP/1.1. */
  public static final SseEncoding CHUNKED = new SseEncoding(true);

  private static final byte[] WITHDRAWN = ascii("event: withdrawn\n");
  private static final byte[] ID = ascii("id: ");
  private static final byte[] DATA = ascii("\ndata: ");
  private static final byte[] DIRECT = ascii(",\"direct\":true}");
  private static final byte[] END = ascii("\n\n");
  private static final byte[] HEX = ascii("0123456789abcdef");

  private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");

  /** Room for a chunk's size, at most 8 digits, and its line end. */
  private static final int CHUNK_HEAD = 10;

  private static final int OVERHEAD = 96;

  private final boolean chunked;

  private SseEncoding(boolean chunked) {
    this.chunked = chunked;
  }

  @Override
  public SharedFrame frame(String epoch, List<Entry> entries, long direct) {
    int size = CHUNK_HEAD + 2;
    for (Entry entry : entries) {
      size += entry.json().length + OVERHEAD;
    }
    byte[] id = ascii(epoch + ".");
    ByteBuf out = begin(size);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.kind() == Entry.Kind.WITHDRAWN) {
        out.writeBytes(WITHDRAWN);
      }
      out.writeBytes(ID).writeBytes(id);
      out.writeBytes(ascii(Long.toString(entry.position())));
      out.writeBytes(DATA);
      byte[] json = entry.json();
      if ((direct >> i & 1) != 0 && entry.kind() != Entry.Kind.WITHDRAWN) {
        out.writeBytes(json, 0, json.length - 1).writeBytes(DIRECT);
      } else {
        out.writeBytes(json);
      }
      out.writeBytes(END);
    }
    return new SharedFrame(finish(out));
  }

  /**
   * A control event.
   *
   * @param now what {@code hello} gives as the hub's time
   */
  ByteBuf event(ControlEvent event, Instant now) {
    return text(
        "event: "
            + ControlJson.name(event)
            + "\nid: "
            + event.cursor()
            + "\ndata: "
            + ControlJson.write(JsonWriter.object(160), event, now).end()
            + "\n\n");
  }

  /** What tells a client when to come back. */
  ByteBuf retry(int retryMs) {
    return text("retry: " + retryMs + "\n\n");
  }

  /** What ends a stream (RFC 9112, 7.1). */
  ByteBuf end() {
    return chunked ? Unpooled.wrappedBuffer(LAST_CHUNK) : Unpooled.EMPTY_BUFFER;
  }

  private ByteBuf text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return finish(begin(CHUNK_HEAD + bytes.length + 2).writeBytes(bytes));
  }

  private ByteBuf begin(int size) {
    ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(size);
    return chunked ? out.setIndex(CHUNK_HEAD, CHUNK_HEAD) : out;
  }

  /** Writes the chunk's head, right-aligned before its data, and its end. */
  private ByteBuf finish(ByteBuf out) {
    if (chunked) {
      int size = out.readableBytes();
      int at = CHUNK_HEAD;
      out.setByte(--at, '\n');
      out.setByte(--at, '\r');
      do {
        out.setByte(--at, HEX[size & 15]);
        size >>>= 4;
      } while (size > 0);
      out.readerIndex(at);
      out.writeByte('\r').writeByte('\n');
    }
    return out;
  }

  @SuppressWarnings("deprecation") // the deprecated copy of low bytes is what ASCII needs
  private static byte[] ascii(String text) {
    byte[] bytes = new byte[text.length()];
    text.getBytes(0, text.length(), bytes, 0);
    return bytes;
  }
}
