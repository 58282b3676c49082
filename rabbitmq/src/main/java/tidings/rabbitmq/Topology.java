package tidings.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Sees to it that there is a queue to consume. Each step has a channel of its own: a fault ends it.
 */
final class Topology {
  private final Connection connection;

  Topology(Connection connection) {
    this.connection = connection;
  }

  /**
   * Declares and binds the queue, or looks whether the administrator's is there.
   *
   * @return its name
   */
  String declare(RabbitQueue queue) throws SourceDown {
    return switch (queue) {
      case RabbitQueue.Passive passive ->
          step(
              "queue \"%s\"".formatted(passive.name()),
              channel -> channel.queueDeclarePassive(passive.name()).getQueue());
      case RabbitQueue.Quorum quorum ->
          bound(quorum, own(quorum.name(), true, Map.of("x-queue-type", "quorum")));
      case RabbitQueue.Exclusive exclusive ->
          bound(exclusive, own(exclusive.name() == null ? "" : exclusive.name(), false, Map.of()));
    };
  }

  private String own(String name, boolean durable, Map<String, Object> arguments)
      throws SourceDown {
    return step(
        "queue \"%s\"".formatted(name),
        channel -> channel.queueDeclare(name, durable, !durable, !durable, arguments).getQueue());
  }

  private String bound(RabbitQueue.Own queue, String name) throws SourceDown {
    exchange(queue.exchange());
    for (String pattern : queue.bindings()) {
      step(
          "binding \"%s\" of queue \"%s\" to exchange \"%s\""
              .formatted(pattern, name, queue.exchange()),
          channel -> channel.queueBind(name, queue.exchange(), pattern));
    }
    return name;
  }

  /** Declares the exchange; a user without that right takes it as it is. */
  private void exchange(String name) throws SourceDown {
    String what = "exchange \"%s\"".formatted(name);
    try (Channel channel = connection.createChannel()) {
      channel.exchangeDeclare(name, BuiltinExchangeType.TOPIC, true);
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      if (SourceDown.code(e) != AMQP.ACCESS_REFUSED) {
        throw down(what, e);
      }
      step(what, channel -> channel.exchangeDeclarePassive(name));
    }
  }

  private interface Step<T> {
    T on(Channel channel) throws IOException;
  }

  private <T> T step(String what, Step<T> step) throws SourceDown {
    try (Channel channel = connection.createChannel()) {
      return step.on(channel);
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      throw down(what, e);
    }
  }

  private static SourceDown down(String what, Exception e) {
    return new SourceDown(
        what
            + switch (SourceDown.code(e)) {
              case AMQP.PRECONDITION_FAILED ->
                  " is of another type (remove it or configure another name)";
              case AMQP.ACCESS_REFUSED ->
                  " is not permitted (grant the right, or use a queue of kind passive)";
              case AMQP.NOT_FOUND -> " is not there (an administrator must make it)";
              default -> "";
            },
        e);
  }
}
