package tidings.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What happens on one connection: each message is appended or parked, and acknowledged once that is
 * on stable storage. While the store takes nothing, nothing is acknowledged, so that the broker
 * stops sending at the prefetch; what came is tried again.
 *
 * <p>All of it happens on the thread that calls {@link #run}: the broker's callbacks and the
 * store's outcomes only queue events, at most two at a time for each message of the prefetch.
 */
final class Session {
  private static final Duration RETRY_FIRST = Duration.ofMillis(200);
  private static final Duration RETRY_MAX = Duration.ofSeconds(5);

  private final BlockingQueue<Event> events;
  private final Handover handover;
  private final @Nullable DeadLetters deadLetters;
  private final Acks acks;
  private final Counters counters;
  private final Health health;
  private final Surroundings surroundings;
  private final Backoff backoff;
  private final SortedMap<Long, Delivery> deferred = new TreeMap<>(); // by tag: order is kept
  private long retryAt;
  private boolean paused;
  private int inFlight;
  private boolean settledAny;
  private @Nullable String end;

  Session(
      BlockingQueue<Event> events,
      Channel channel,
      Handover handover,
      @Nullable DeadLetters deadLetters,
      Counters counters,
      Health health,
      Surroundings surroundings) {
    this.events = events;
    this.acks = new Acks(channel);
    this.handover = handover;
    this.deadLetters = deadLetters;
    this.counters = counters;
    this.health = health;
    this.surroundings = surroundings;
    this.backoff = new Backoff(RETRY_FIRST, RETRY_MAX, surroundings.random());
  }

  /**
   * Acts on events until {@link Event.Ended}, and then until the store has answered for everything
   * that it was given: the next connection must know what was appended on this one.
   *
   * @return why it ended
   */
  String run() throws InterruptedException {
    while (end == null || inFlight > 0) {
      Event event = next();
      if (event == null) {
        retry();
      }
      for (; event != null; event = events.poll()) {
        handle(event);
      }
      acknowledge();
    }
    return end;
  }

  /** Whether a message was appended or parked. */
  boolean hasSettled() {
    return settledAny;
  }

  /** Waits for an event, or until it is time to try again what the store didn't take: null. */
  private @Nullable Event next() throws InterruptedException {
    if (deferred.isEmpty() || end != null) {
      return events.take();
    }
    long nanos = retryAt - surroundings.nanoTicker().getAsLong();
    return events.poll(nanos, TimeUnit.NANOSECONDS);
  }

  private void retry() {
    List<Delivery> again = List.copyOf(deferred.values());
    deferred.clear();
    again.forEach(this::append);
  }

  private void append(Delivery delivery) {
    inFlight++;
    handover.append(delivery);
  }

  private void handle(Event event) {
    switch (event) {
      case Event.Delivered(Delivery delivery) -> delivered(delivery);
      case Event.Appended(Delivery delivery, boolean repeated) -> {
        (repeated ? counters.repeated() : counters.appended()).increment();
        settled(delivery);
      }
      case Event.Parked(Delivery delivery, String reason) -> {
        counters.parked().increment();
        sendAside(delivery, reason);
        settled(delivery);
      }
      case Event.Rejected(Delivery delivery, String reason) -> handover.park(delivery, reason);
      case Event.Deferred(Delivery delivery, String reason) -> deferred(delivery, reason);
      case Event.Doubtful(Delivery delivery, String reason) -> {
        inFlight--;
        end = reason;
      }
      case Event.Ended(String reason) -> end = reason;
    }
  }

  private void delivered(Delivery delivery) {
    if (end != null) {
      return; // never to be acknowledged here: the broker gives it again
    }
    counters.received().increment();
    if (deferred.isEmpty()) {
      append(delivery);
    } else {
      deferred.put(delivery.tag(), delivery);
    }
  }

  private void settled(Delivery delivery) {
    inFlight--;
    settledAny = true;
    acks.settled(delivery.tag());
    if (paused && deferred.isEmpty()) {
      paused = false;
      backoff.reset();
      health.up("the store takes messages again");
    }
  }

  private void deferred(Delivery delivery, String reason) {
    inFlight--;
    if (deferred.isEmpty()) {
      Duration delay = backoff.next();
      retryAt = surroundings.nanoTicker().getAsLong() + delay.toNanos();
      paused = true;
      health.down("the store takes nothing: " + reason, delay);
    }
    deferred.put(delivery.tag(), delivery);
  }

  private void sendAside(Delivery delivery, String reason) {
    health.warn("parked a message \"%s\": %s".formatted(delivery.routingKey(), reason));
    if (deadLetters != null) {
      deadLetters.send(delivery, reason);
    }
  }

  private void acknowledge() {
    try {
      acks.flush();
    } catch (IOException | ShutdownSignalException e) {
      // the channel is gone: the consumer hears why, and the broker gives it all again
    }
  }
}
