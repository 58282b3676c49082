package tidings.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy says of a connection before all else: the PROXY protocol of HAProxy, version 1 or 2.
 *
 * @param client whose connection it is, null if the proxy does not know
 * @param secure whether the client came to the proxy by TLS
 * @param own whether the connection is the proxy's own, as for its health checks
 */
record ProxyHeader(@Nullable InetAddress client, boolean secure, boolean own) {
  private static final byte[] VERSION_1 = "PROXY ".getBytes(US_ASCII);
  private static final byte[] VERSION_2 = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

  /** The longest line that the protocol allows, with its end. */
  private static final int LINE_BYTES_MAX = 107;

  /** Of version 2: addresses take up to 36, the rest tells more about the connection. */
  private static final int MORE_BYTES_MAX = 4 << 10;

  private static final int HEAD_BYTES = 16;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;
  private static final int PORTS_BYTES = 4;
  private static final int TLV_SSL = 0x20;
  private static final int CLIENT_SSL = 1;

  /**
   * Reads a header, and leaves what follows it.
   *
   * @return null if more bytes must come first
   * @throws CorruptedFrameException if it is none
   */
  static @Nullable ProxyHeader read(ByteBuf in) {
    if (begins(in, VERSION_2)) {
      return in.readableBytes() < HEAD_BYTES ? null : binary(in);
    }
    if (begins(in, VERSION_1)) {
      return line(in);
    }
    throw new CorruptedFrameException("no PROXY header");
  }

  /** Whether the bytes so far are those of a beginning. */
  private static boolean begins(ByteBuf in, byte[] expected) {
    for (int i = 0; i < Math.min(expected.length, in.readableBytes()); i++) {
      if (in.getByte(in.readerIndex() + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable ProxyHeader line(ByteBuf in) {
    int length = in.bytesBefore(Math.min(in.readableBytes(), LINE_BYTES_MAX), (byte) '\n');
    if (length < 0) {
      if (in.readableBytes() >= LINE_BYTES_MAX) {
        throw new CorruptedFrameException("a PROXY line without end");
      }
      return null;
    }
    String line = in.readString(length + 1, US_ASCII);
    String[] parts = line.substring(0, length).replaceFirst("\r$", "").split(" ", -1);
    if (parts[1].equals("UNKNOWN")) {
      return new ProxyHeader(null, false, false);
    }
    InetAddress client =
        parts.length == 6 ? NetUtil.createInetAddressFromIpAddressString(parts[2]) : null;
    if (client == null
        || !line.endsWith("\r\n")
        || !parts[1].equals(parts[2].indexOf(':') < 0 ? "TCP4" : "TCP6")) {
      throw new CorruptedFrameException("a PROXY line of other words");
    }
    return new ProxyHeader(client, false, false);
  }

  private static @Nullable ProxyHeader binary(ByteBuf in) {
    int start = in.readerIndex() + VERSION_2.length;
    int command = in.getUnsignedByte(start);
    int family = in.getUnsignedByte(start + 1);
    int length = in.getUnsignedShort(start + 2);
    if (command >> 4 != 2 || (command & 15) > 1 || length > MORE_BYTES_MAX) {
      throw new CorruptedFrameException("a PROXY header of another version or length");
    }
    if (in.readableBytes() < HEAD_BYTES + length) {
      return null;
    }
    ByteBuf more = in.skipBytes(HEAD_BYTES).readSlice(length);
    if ((command & 15) == 0) {
      return new ProxyHeader(null, false, true);
    }
    return switch (family) {
      case 0x11 -> new ProxyHeader(source(more, IPV4_BYTES), isSecure(more), false);
      case 0x21 -> new ProxyHeader(source(more, IPV6_BYTES), isSecure(more), false);
      default -> new ProxyHeader(null, false, false); // of a Unix socket, or not said
    };
  }

  private static InetAddress source(ByteBuf more, int bytes) {
    if (more.readableBytes() < 2 * bytes + PORTS_BYTES) {
      throw new CorruptedFrameException("a PROXY header that is too short");
    }
    try {
      InetAddress source = InetAddress.getByAddress(ByteBufUtil.getBytes(more.readSlice(bytes)));
      more.skipBytes(bytes + PORTS_BYTES);
      return source;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // only for another length
    }
  }

  /** Looks through what else is told: type, length, value. */
  private static boolean isSecure(ByteBuf more) {
    boolean secure = false;
    while (more.isReadable()) {
      if (more.readableBytes() < 3
          || more.getUnsignedShort(more.readerIndex() + 1) > more.readableBytes() - 3) {
        throw new CorruptedFrameException("a PROXY header that is too short");
      }
      int type = more.readUnsignedByte();
      ByteBuf value = more.readSlice(more.readUnsignedShort());
      if (type == TLV_SSL && value.isReadable()) {
        secure = (value.readByte() & CLIENT_SSL) != 0;
      }
    }
    return secure;
  }
}
