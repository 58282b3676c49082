package tidings.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.Map;

/** The quorum queue {@code work} and what tests publish to it. */
final class Work {
  static final String KEY = "nasqueron.ops.github.push";

  private Work() {}

  /** Makes it as an administrator would. */
  static void declare(Channel channel) throws IOException {
    channel.exchangeDeclare("notifications", "topic", true);
    channel.queueDeclare("work", true, false, false, Map.of("x-queue-type", "quorum"));
    channel.queueBind("work", "notifications", "#");
  }

  /** Publishes as the Center does: without any property. */
  static void publish(Channel channel, String key, String body) throws IOException {
    channel.basicPublish("notifications", key, null, body.getBytes(UTF_8));
  }

  static void publishWithId(Channel channel, String id, String body) throws IOException {
    channel.basicPublish(
        "notifications",
        KEY,
        new AMQP.BasicProperties.Builder().messageId(id).build(),
        body.getBytes(UTF_8));
  }
}
