package tidings.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Sends copies of what can't be read to an exchange; the messages themselves are parked by then.
 */
final class DeadLetters {
  private static final int PERSISTENT = 2;
  private static final long CONFIRM_MS = 5_000;

  private final Connection connection;
  private final String exchange;
  private final String source;

  DeadLetters(Connection connection, String exchange, String source) {
    this.connection = connection;
    this.exchange = exchange;
    this.source = source;
  }

  /** Sends one and waits until the broker has it. On a channel of its own: a fault ends it. */
  void send(Delivery delivery, String reason) throws SourceDown {
    Map<String, Object> headers = new HashMap<>();
    if (delivery.properties().getHeaders() != null) {
      headers.putAll(delivery.properties().getHeaders());
    }
    headers.put("tidings-source", source);
    headers.put("tidings-reason", reason);
    try (Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      channel.basicPublish(
          exchange,
          delivery.routingKey(),
          delivery.properties().builder().headers(headers).deliveryMode(PERSISTENT).build(),
          delivery.body());
      channel.waitForConfirmsOrDie(CONFIRM_MS);
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      throw new SourceDown("dead-letter exchange \"%s\"".formatted(exchange), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceDown("dead-letter exchange \"%s\": interrupted".formatted(exchange));
    }
  }
}
