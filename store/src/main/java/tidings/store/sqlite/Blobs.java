package tidings.store.sqlite;

import java.nio.ByteBuffer;
import java.util.UUID;

/** Ids as the 16 bytes in which they are stored; version 7 ids sort by time so. */
final class Blobs {
  private Blobs() {}

  static byte[] of(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  static UUID id(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }
}
