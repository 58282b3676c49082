package tidings.rabbitmq;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * What may be acknowledged on one channel: one acknowledgement for all that is settled without a
 * hole. Delivery tags count from 1. Not thread-safe.
 */
final class Acks {
  private final Channel channel;
  private final Set<Long> settled = new HashSet<>();
  private long acked;

  Acks(Channel channel) {
    this.channel = channel;
  }

  void settled(long tag) {
    settled.add(tag);
  }

  void flush() throws IOException {
    long upTo = acked;
    while (settled.remove(upTo + 1)) {
      upTo++;
    }
    if (upTo > acked) {
      channel.basicAck(upTo, true);
      acked = upTo;
    }
  }
}
