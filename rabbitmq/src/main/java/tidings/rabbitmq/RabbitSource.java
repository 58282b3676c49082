package tidings.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.intake.Intake;
import tidings.core.intake.Parking;
import tidings.core.log.LogReader;

/**
 * Takes the messages of a RabbitMQ queue into the log, each at least once, and once if the broker
 * delivers it again. Whatever is wrong with the broker, it says so and keeps trying, with growing
 * and jittered delays. Thread-safe; its work is done on virtual threads of its own.
 *
 * <p>The library's own recovery is off: it does not cover the first connect, and would consume on
 * before the outcomes of the broken connection are known.
 */
public final class RabbitSource implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RabbitSource.class);
  private static final Duration RECONNECT_FIRST = Duration.ofMillis(500);
  private static final Duration RECONNECT_MAX = Duration.ofSeconds(30);

  /** A connection that held for so long begins the delays anew when it breaks. */
  private static final Duration STEADY = Duration.ofSeconds(30);

  private static final Duration STOP_MAX = Duration.ofSeconds(5);
  private static final int STORE_ANSWERS_S = 30;
  private static final int HANG_UP_MS = 2_000;

  private final RabbitSettings settings;
  private final Intake intake;
  private final Parking parking;
  private final LogReader reader;
  private final Surroundings surroundings;
  private final Counters counters = new Counters();
  private final Health health;
  private final Backoff backoff;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Dialer dialer;
  private final Thread thread;
  private final @Nullable DeadLetters deadLetters;
  private volatile @Nullable BlockingQueue<Event> consuming;

  public RabbitSource(
      RabbitSettings settings,
      Intake intake,
      Parking parking,
      LogReader reader,
      Surroundings surroundings) {
    this.settings = settings;
    this.intake = intake;
    this.parking = parking;
    this.reader = reader;
    this.surroundings = surroundings;
    this.dialer = new Dialer(settings, "messages");
    this.health = new Health(settings.name(), surroundings);
    this.deadLetters =
        settings.deadLetterExchange() == null
            ? null
            : new DeadLetters(settings.deadLetterExchange(), settings, health);
    this.backoff = new Backoff(RECONNECT_FIRST, RECONNECT_MAX, surroundings.random());
    this.thread = Thread.ofVirtual().name("source-" + settings.name()).unstarted(this::run);
  }

  /** Begins to connect and returns at once. Called once. */
  public void start() {
    switch (settings.queue()) {
      case RabbitQueue.Exclusive queue ->
          LOG.warn(
              "source {}: an exclusive queue ends with the connection: what is published while the"
                  + " hub is away is missed (a quorum queue keeps it)",
              settings.name());
      case RabbitQueue.Passive queue ->
          LOG.warn(
              "source {}: if queue \"{}\" is a classic one, a restart of the broker loses messages"
                  + " that are not persistent, as those of the Notifications Center (a quorum queue"
                  + " keeps them)",
              settings.name(),
              queue.name());
      case RabbitQueue.Quorum queue -> {}
    }
    if (deadLetters != null) {
      deadLetters.start();
    }
    thread.start();
  }

  public Status status() {
    return health.status();
  }

  public Counters counters() {
    return counters;
  }

  private void run() {
    try {
      while (stopping.getCount() > 0) {
        String reason = consume();
        if (stopping.getCount() > 0) {
          Duration delay = backoff.next();
          health.down(reason, delay);
          stopping.await(delay.toNanos(), TimeUnit.NANOSECONDS);
        }
      }
    } catch (InterruptedException e) {
      // close() waited long enough; what is not acknowledged comes again
    }
  }

  /** Consumes on one connection. @return why that ended */
  private String consume() throws InterruptedException {
    try {
      Connection connection = dialer.connect();
      try {
        return consume(connection);
      } finally {
        consuming = null;
        connection.abort(HANG_UP_MS);
      }
    } catch (SourceDown e) {
      return e.reason();
    } catch (RuntimeException | Error e) { // whatever it is, the source goes on and says so
      LOG.error("source {}: a defect of the hub", settings.name(), e);
      return e.toString();
    }
  }

  private String consume(Connection connection) throws SourceDown, InterruptedException {
    String queue = new Topology(connection).declare(settings.queue());
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    Handover handover = new Handover(settings, intake, parking, remembered(), events::add);
    Channel channel = consume(connection, queue, events);
    consuming = events;
    if (stopping.getCount() == 0) {
      stop(events);
    }
    health.up("consumes queue \"%s\"".formatted(queue));
    Session session =
        new Session(events, channel, handover, deadLetters, counters, health, surroundings);
    long began = surroundings.nanoTicker().getAsLong();
    String end = session.run();
    boolean steady = surroundings.nanoTicker().getAsLong() - began >= STEADY.toNanos();
    if (steady || session.hasSettled()) {
      backoff.reset();
    }
    return end;
  }

  private Remembered remembered() throws SourceDown, InterruptedException {
    try {
      return new Remembered(
          reader.deliveries(settings.name()).get(STORE_ANSWERS_S, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      throw new SourceDown("the store can't be read", e);
    }
  }

  private Channel consume(Connection connection, String queue, BlockingQueue<Event> events)
      throws SourceDown {
    try {
      Channel channel = connection.createChannel();
      channel.basicQos(settings.prefetch());
      channel.basicConsume(queue, false, new Listener(channel, events));
      return channel;
    } catch (IOException | ShutdownSignalException e) {
      throw new SourceDown("consuming queue \"%s\"".formatted(queue), e);
    }
  }

  /** Queues what the broker says; runs on the library's callbacks. */
  private static final class Listener extends DefaultConsumer {
    private final BlockingQueue<Event> events;

    Listener(Channel channel, BlockingQueue<Event> events) {
      super(channel);
      this.events = events;
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      events.add(new Event.Delivered(Delivery.of(envelope, properties, body)));
    }

    @Override
    public void handleCancel(String tag) {
      events.add(new Event.Ended("the broker cancelled the consumer (the queue was deleted?)"));
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
      events.add(new Event.Ended(SourceDown.explain(signal)));
    }
  }

  private static void stop(BlockingQueue<Event> events) {
    events.add(new Event.Ended("the hub stops"));
  }

  /**
   * Stops consuming, waits up to 5 s for what the store was given, acknowledges it, and hangs up.
   * What is not acknowledged, the broker keeps.
   */
  @Override
  public void close() {
    stopping.countDown();
    BlockingQueue<Event> events = consuming;
    if (events == null) {
      dialer.cancel();
      thread.interrupt();
    } else {
      stop(events);
    }
    try {
      if (thread.isAlive() && !thread.join(STOP_MAX)) {
        thread.interrupt();
        thread.join(STOP_MAX);
      }
      if (deadLetters != null) {
        deadLetters.stop();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
