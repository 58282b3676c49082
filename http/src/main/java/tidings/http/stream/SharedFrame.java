package tidings.http.stream;

import io.netty.buffer.ByteBuf;
import tidings.core.delivery.Frame;

/** A frame in one direct buffer, shared by all who write it. */
final class SharedFrame implements Frame {
  final ByteBuf bytes;

  SharedFrame(ByteBuf bytes) {
    this.bytes = bytes;
  }

  @Override
  public void release() {
    bytes.release();
  }
}
