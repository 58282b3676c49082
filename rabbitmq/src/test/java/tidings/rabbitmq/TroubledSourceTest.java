package tidings.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static tidings.rabbitmq.Work.KEY;
import static tidings.rabbitmq.Work.publish;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A source on a real broker that meets defects of the hub, monstrous messages or a starved broker.
 */
@ExtendWith(Broker.Given.class)
final class TroubledSourceTest {
  private final Broker broker;
  private String host = "";
  @TempDir Path folder;

  TroubledSourceTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void newHost() {
    host = broker.host();
  }

  @Test
  void anErrorIsSaidAndTheSourceGoesOn() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    Format format =
        (key, body) -> {
          if (broken.get()) {
            throw new NoClassDefFoundError("tidings/Missing");
          }
          return Settings.CENTER.draft(key, body);
        };
    try (Hub hub = new Hub(folder)) {
      RabbitSource source =
          hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.QUORUM, format, null));
      broker.on(host, channel -> publish(channel, KEY, Settings.message("kept")));
      Hub.awaitDown(source, "NoClassDefFoundError: tidings/Missing");
      broken.set(false);
      Hub.awaitUp(source);
      hub.awaitEntries(1);
      assertThat(hub.titles()).containsExactly("kept");
    }
  }

  @Test
  void aMessageThatOverflowsTheStackIsParkedAndItsNeighboursFlow() throws Exception {
    Format format =
        (key, body) -> {
          if (body.length == 0) {
            throw new StackOverflowError();
          }
          return Settings.CENTER.draft(key, body);
        };
    try (Hub hub = new Hub(folder)) {
      hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.QUORUM, format, null));
      broker.on(
          host,
          channel -> {
            publish(channel, KEY, "");
            publish(channel, KEY, Settings.message("after"));
          });
      hub.awaitEntries(1);
      assertThat(hub.parked()).extracting(Hub.ParkedMessage::label).containsExactly(KEY);
    }
  }

  @Test
  void aMessageThatNoHubTakesIsSaidAndAskedForLessAndLessOften() throws Exception {
    List<Long> delaysMs = new CopyOnWriteArrayList<>();
    RandomGenerator unjittered =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            return 0;
          }

          @Override
          public long nextLong(long bound) {
            delaysMs.add(2 * (bound - 1));
            return 0;
          }
        };
    Surroundings surroundings =
        new Surroundings(Hub.SURROUNDINGS.clock(), Hub.SURROUNDINGS.nanoTicker(), unjittered);
    broker.on(
        host,
        channel -> {
          Work.declare(channel);
          publish(channel, KEY, "x".repeat(Dialer.BODY_BYTES_MAX + 1));
        });
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.start(Settings.of(broker.url(host), Settings.QUORUM), surroundings);
      Hub.awaitDown(source, "too large");
      await().atMost(Duration.ofSeconds(30)).until(() -> delaysMs.contains(4_000L));
      assertThat(delaysMs).startsWith(500L, 1_000L, 2_000L, 4_000L);
    }
  }

  @Test
  void aBrokerThatTakesNoDeadLettersHoldsNothingUp() throws Exception {
    broker.on(
        host,
        channel -> {
          Work.declare(channel);
          channel.exchangeDeclare("dead", "fanout", true);
          channel.queueDeclare("dead", true, false, false, Map.of());
          channel.queueBind("dead", "dead", "");
          publish(channel, KEY, "no JSON");
          for (int i = 0; i < 200; i++) { // four times the prefetch: acknowledgements must arrive
            publish(channel, KEY, Settings.message("after"));
          }
        });
    try (Hub hub = new Hub(folder)) {
      broker.alarm(true);
      try {
        hub.startAndAwaitUp(
            Settings.of(broker.url(host), Settings.QUORUM, Settings.CENTER, "dead"));
        hub.awaitEntries(200);
        assertThat(hub.parked()).hasSize(1);
        await().atMost(Duration.ofSeconds(30)).until(() -> broker.messages(host, "work") == 0);
        assertThat(broker.messages(host, "dead")).isZero();
      } finally {
        broker.alarm(false);
      }
      broker.on(host, channel -> publish(channel, KEY, "no JSON either"));
      await().atMost(Duration.ofSeconds(30)).until(() -> broker.messages(host, "dead") > 0);
    }
  }
}
