package tidings.http.stream;

import io.netty.buffer.ByteBuf;
import tidings.core.delivery.Frame;

/** A frame of server-sent events in one direct buffer, shared by all who write it. */
final class SseFrame implements Frame {
  final ByteBuf bytes;

  SseFrame(ByteBuf bytes) {
    this.bytes = bytes;
  }

  @Override
  public void release() {
    bytes.release();
  }
}
