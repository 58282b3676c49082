package tidings.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One message as the broker handed it over.
 *
 * @param tag its number on the channel, from 1
 * @param redelivered whether it, or one before it, may have been handed over already
 */
record Delivery(
    long tag,
    boolean redelivered,
    String routingKey,
    AMQP.BasicProperties properties,
    byte[] body) {
  private static final int REF_CHARS_MAX = 128;

  static Delivery of(Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
    return new Delivery(
        envelope.getDeliveryTag(),
        envelope.isRedeliver(),
        envelope.getRoutingKey(),
        properties,
        body);
  }

  /** The message id as a ref, null if it has none; one that no ref can be is hashed. */
  @Nullable String ref() {
    String id = properties.getMessageId();
    if (id == null || id.isEmpty()) {
      return null;
    }
    boolean fits = id.length() <= REF_CHARS_MAX && id.chars().allMatch(c -> c > ' ' && c < 0x7f);
    return fits ? id : "sha256:" + HexFormat.of().formatHex(sha256().digest(id.getBytes(UTF_8)));
  }

  /**
   * What tells its redelivery: SHA-256 over the length of the routing key, the key, and the body.
   */
  byte[] hash() {
    byte[] key = routingKey.getBytes(UTF_8);
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, key.length));
    digest.update(key);
    return digest.digest(body);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
