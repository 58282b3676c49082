package tidings.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends copies of what can't be read to an exchange; the messages themselves are parked by then. It
 * has a thread and, once there is something to send, a connection of its own: a broker that is
 * short of memory or disk stops reading from connections that publish, and acknowledgements would
 * wait with them. A copy that can't be sent, or for which there is no room, is dropped with a
 * warning. Thread-safe.
 */
final class DeadLetters {
  private static final int PERSISTENT = 2;
  private static final long CONFIRM_MS = 5_000;
  private static final int HANG_UP_MS = 2_000;
  private static final Duration STOP_MAX = Duration.ofSeconds(2);

  /** How much may wait. */
  private static final int BYTES_MAX = 16 << 20;

  /** What a letter counts beside its body, so that there is a bound to their number too. */
  private static final int LETTER_BYTES = 1_024;

  private final String exchange;
  private final String source;
  private final Dialer dialer;
  private final Health health;
  private final BlockingQueue<Letter> waiting = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(BYTES_MAX);
  private final Thread thread;
  private @Nullable Connection connection; // the thread's own

  /**
   * @param delivery null for the end
   */
  private record Letter(@Nullable Delivery delivery, String reason, int room) {}

  DeadLetters(String exchange, RabbitSettings settings, Health health) {
    this.exchange = exchange;
    this.source = settings.name();
    this.dialer = new Dialer(settings, "dead letters");
    this.health = health;
    this.thread =
        Thread.ofVirtual().name("source-" + source + "-dead-letters").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Sends one later; never blocks. */
  void send(Delivery delivery, String reason) {
    int bytes = (int) Math.min(BYTES_MAX, (long) delivery.body().length + LETTER_BYTES);
    if (room.tryAcquire(bytes)) {
      waiting.add(new Letter(delivery, reason, bytes));
    } else {
      dropped("too much waits to be sent");
    }
  }

  private void run() {
    try {
      for (Letter letter = waiting.take(); ; letter = waiting.take()) {
        Delivery delivery = letter.delivery;
        if (delivery == null) {
          return;
        }
        attempt(delivery, letter.reason);
        room.release(letter.room);
      }
    } catch (InterruptedException e) {
      // stop() waited long enough
    } finally {
      hangUp();
    }
  }

  private void attempt(Delivery delivery, String reason) throws InterruptedException {
    try {
      if (connection == null || !connection.isOpen()) {
        connection = dialer.connect();
      }
      publish(connection, delivery, reason);
    } catch (SourceDown e) {
      dropped(e.reason());
    } catch (TimeoutException e) {
      dropped("the broker does not confirm it");
      hangUp(); // it may not read from this connection any more
    } catch (IOException | RuntimeException e) {
      dropped(SourceDown.explain(e));
    }
  }

  /**
   * Publishes one and waits until the broker has it; on a channel of its own, as a fault ends it.
   */
  private void publish(Connection open, Delivery delivery, String reason)
      throws IOException, TimeoutException, InterruptedException {
    Map<String, Object> headers = new HashMap<>();
    if (delivery.properties().getHeaders() != null) {
      headers.putAll(delivery.properties().getHeaders());
    }
    headers.put("tidings-source", source);
    headers.put("tidings-reason", reason);
    Channel channel = open.createChannel();
    channel.confirmSelect();
    channel.basicPublish(
        exchange,
        delivery.routingKey(),
        delivery.properties().builder().headers(headers).deliveryMode(PERSISTENT).build(),
        delivery.body());
    boolean taken = channel.waitForConfirms(CONFIRM_MS);
    channel.abort();
    if (!taken) {
      throw new IOException("the broker refused it");
    }
  }

  private void dropped(String why) {
    health.warn("no copy for the dead-letter exchange \"%s\": %s".formatted(exchange, why));
  }

  private void hangUp() {
    if (connection != null) {
      connection.abort(HANG_UP_MS);
      connection = null;
    }
  }

  /** Sends what waits, within two seconds. */
  void stop() throws InterruptedException {
    waiting.add(new Letter(null, "", 0));
    if (thread.isAlive() && !thread.join(STOP_MAX)) {
      dialer.cancel();
      thread.interrupt();
      thread.join(STOP_MAX);
    }
  }
}
