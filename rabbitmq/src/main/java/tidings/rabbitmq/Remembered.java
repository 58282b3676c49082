package tidings.rabbitmq;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The deliveries that a source appended last, before this connection. A redelivery that is one of
 * them was appended, and its acknowledgement was lost; each counts once. Not thread-safe.
 */
final class Remembered {
  private final Map<ByteBuffer, Integer> left = new HashMap<>();

  Remembered(List<byte[]> hashes) {
    hashes.forEach(hash -> left.merge(ByteBuffer.wrap(hash), 1, Integer::sum));
  }

  /** Whether one with this hash is left; it is used up then. */
  boolean use(byte[] hash) {
    ByteBuffer key = ByteBuffer.wrap(hash);
    Integer count = left.remove(key);
    if (count != null && count > 1) {
      left.put(key, count - 1);
    }
    return count != null;
  }
}
