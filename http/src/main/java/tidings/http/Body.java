package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/** Collects a request's body. Not thread-safe. */
final class Body {
  private final ByteBufAllocator allocator;
  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
  private boolean joined; // whether the buffer is one that grows, not the first piece itself

  Body(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /** What has come so far, until {@link #release}. */
  ByteBuf bytes() {
    return bytes;
  }

  int size() {
    return bytes.readableBytes();
  }

  /**
   * Adds a piece; most bodies come in one, which is not copied.
   *
   * @param piece given away
   */
  void add(ByteBuf piece) {
    if (!bytes.isReadable()) {
      release();
      bytes = piece;
      return;
    }
    if (!joined) {
      ByteBuf first = bytes;
      bytes = allocator.buffer(2 * (first.readableBytes() + piece.readableBytes()));
      bytes.writeBytes(first);
      first.release();
      joined = true;
    }
    bytes.writeBytes(piece); // doubles its room as often as it must
    piece.release();
  }

  void release() {
    bytes.release();
    bytes = Unpooled.EMPTY_BUFFER;
    joined = false;
  }
}
