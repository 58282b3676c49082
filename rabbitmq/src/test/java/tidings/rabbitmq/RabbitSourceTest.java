package tidings.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static tidings.rabbitmq.Work.KEY;
import static tidings.rabbitmq.Work.publish;
import static tidings.rabbitmq.Work.publishWithId;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.rabbitmq.client.GetResponse;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tidings.core.access.Publisher;
import tools.jackson.databind.JsonNode;

/** A source on a real broker, before a real log. */
@ExtendWith(Broker.Given.class)
final class RabbitSourceTest {
  private final Broker broker;
  private String host = "";
  @TempDir Path folder;

  RabbitSourceTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void newHost() {
    host = broker.host();
  }

  @Test
  void whatTheCenterSendsReachesTheLog() throws Exception {
    String text400 = "0123456789".repeat(40);
    String megabyte = "{\"pad\":\"" + "y".repeat((1 << 20) - 10) + "\"}";
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.EXCLUSIVE));
      broker.on(
          host,
          channel -> {
            publish(channel, KEY, Settings.message("alice pushed"));
            publish(channel, "acme.ci.jenkins.completed.success", "");
            publish(channel, KEY, Settings.message("null"));
            publish(channel, KEY, Settings.message("x").replace("\"x\"", "null"));
            publish(channel, KEY, Settings.message(text400));
            publish(
                channel,
                "my project.ops.phabricator.task",
                """
                {"service":"Phabricator","project":"My Project","group":"ops","type":"TASK",
                 "rawContent":"storyID=7&x=\\u00e9","text":"T1 was closed","link":null}\
                """);
            publish(
                channel,
                KEY,
                Settings.message("big").replace("\"rawContent\":{}", "\"rawContent\":" + megabyte));
          });
      List<JsonNode> entries = hub.awaitEntries(7);
      assertThat(hub.titles())
          .containsExactly(
              "alice pushed",
              "jenkins: completed.success (ci)",
              "GitHub: push (ops)",
              "GitHub: push (ops)",
              text400.substring(0, 299) + "…",
              "T1 was closed",
              "big");
      assertThat(entries.get(1).get("topics").toString())
          .isEqualTo("[\"acme.ci.jenkins.completed.success\"]");
      assertThat(entries.get(1).get("level").asString()).isEqualTo("success");
      assertThat(entries.get(4).get("body").asString()).isEqualTo(text400);
      assertThat(entries.get(5).get("topics").toString())
          .isEqualTo("[\"my-project.ops.phabricator.task\"]");
      assertThat(entries.get(5).get("data").toString())
          .isEqualTo("{\"project\":\"My Project\",\"group\":\"ops\"}");
      assertThat(hub.raw(entries.get(5))).isEqualTo("storyID=7&x=é");
      assertThat(hub.raw(entries.get(6))).isEqualTo(megabyte);
      await().until(() -> source.counters().appended().sum() == 7);
      assertThat(source.counters().received().sum()).isEqualTo(7);
    }
  }

  @Test
  void aUserWithReadRightsAloneConsumesAnAdministratorsQueue() throws Exception {
    broker.user(host, "reader-" + host, "secret", "^$", "^$", "^work$");
    RabbitSettings settings =
        Settings.of(
            "amqp://reader-%s:secret@127.0.0.1:%d/%s".formatted(host, broker.port(), host),
            new RabbitQueue.Passive("work"));
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.start(settings);
      Hub.awaitDown(source, "queue \"work\" is not there (an administrator must make it)");
      broker.on(
          host,
          channel -> {
            Work.declare(channel);
            publish(channel, KEY, Settings.message("kept for the hub"));
          });
      hub.awaitEntries(1);
      assertThat(hub.titles()).containsExactly("kept for the hub");
    }
  }

  @Test
  void aUserWhoMayNotDeclareTheExchangeTakesItAsItIs() throws Exception {
    broker.user(host, "owner-" + host, "secret", "^work$", "^work$", "^(work|notifications)$");
    RabbitSettings settings =
        Settings.of(
            "amqp://owner-%s:secret@127.0.0.1:%d/%s".formatted(host, broker.port(), host),
            Settings.QUORUM);
    broker.on(host, channel -> channel.exchangeDeclare("notifications", "topic", true));
    try (Hub hub = new Hub(folder)) {
      hub.startAndAwaitUp(settings);
      broker.on(host, channel -> publish(channel, KEY, Settings.message("bound")));
      hub.awaitEntries(1);
    }
  }

  @Test
  void aBrokersRestartLosesNothingThatItConfirmed() throws Exception {
    List<String> texts = IntStream.range(0, 200).mapToObj(i -> "message " + i).toList();
    RabbitSettings settings = Settings.of(broker.url(host), Settings.QUORUM);
    broker.on(
        host,
        channel -> {
          Work.declare(channel);
          for (String text : texts.subList(0, 100)) {
            publish(channel, KEY, Settings.message(text));
          }
        });
    broker.restart();
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.startAndAwaitUp(settings);
      broker.on(
          host,
          channel -> {
            for (String text : texts.subList(100, 200)) {
              publish(channel, KEY, Settings.message(text));
            }
          });
      hub.awaitEntries(200);
      assertThat(hub.titles()).containsExactlyElementsOf(texts);
      assertThat(source.counters().repeated().sum()).isZero();
    }
  }

  @Test
  void aCrashBetweenAppendAndAcknowledgementMakesNoSecondEntry() throws Exception {
    List<String> texts = List.of("one", "twin", "twin", "two");
    try (Hub hub = new Hub(folder);
        Proxy proxy = new Proxy(0, broker.port())) { // the wire goes first
      hub.startAndAwaitUp(Settings.of(proxy.url(host), Settings.QUORUM));
      proxy.swallow();
      broker.on(
          host,
          channel -> {
            for (String text : texts) {
              publish(channel, KEY, Settings.message(text));
            }
          });
      hub.awaitEntries(4);
    }
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.start(Settings.of(broker.url(host), Settings.QUORUM));
      await().until(() -> source.counters().repeated().sum() == 4);
      broker.on(host, channel -> publish(channel, KEY, Settings.message("twin")));
      hub.awaitEntries(5);
      assertThat(hub.titles()).containsExactly("one", "twin", "twin", "two", "twin");
      assertAllAcknowledged(source, 5);
    }
  }

  @Test
  void aBrokenConnectionLosesNothingAndRepeatsNothing() throws Exception {
    try (Proxy proxy = new Proxy(0, broker.port());
        Hub hub = new Hub(folder)) {
      RabbitSource source = hub.startAndAwaitUp(Settings.of(proxy.url(host), Settings.QUORUM));
      proxy.swallow();
      broker.on(host, channel -> publish(channel, KEY, Settings.message("before")));
      hub.awaitEntries(1);
      proxy.cut();
      await().until(() -> source.counters().repeated().sum() == 1);
      broker.on(host, channel -> publish(channel, KEY, Settings.message("after")));
      hub.awaitEntries(2);
      assertThat(hub.titles()).containsExactly("before", "after");
    }
  }

  @Test
  void aConnectionThatTheBrokerClosesIsOpenedAgain() throws Exception {
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.EXCLUSIVE));
      broker.closeConnections(host);
      Hub.awaitDown(source, "by the test");
      Hub.awaitUp(source);
      broker.on(host, channel -> publish(channel, KEY, Settings.message("again")));
      hub.awaitEntries(1);
    }
  }

  @Test
  void aQueueThatIsDeletedIsMadeAgain() throws Exception {
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.QUORUM));
      broker.on(host, channel -> channel.queueDelete("work"));
      Hub.awaitDown(source, "the queue was deleted");
      Hub.awaitUp(source);
      broker.on(host, channel -> publish(channel, KEY, Settings.message("again")));
      hub.awaitEntries(1);
    }
  }

  @Test
  void whatCannotBeReadIsParkedAndItsNeighboursFlow() throws Exception {
    try (Hub hub = new Hub(folder)) {
      broker.on(
          host,
          channel -> {
            channel.exchangeDeclare("dead", "fanout", true);
            channel.queueDeclare("dead", true, false, false, Map.of());
            channel.queueBind("dead", "dead", "");
          });
      RabbitSource source =
          hub.startAndAwaitUp(
              Settings.of(broker.url(host), Settings.QUORUM, Settings.CENTER, "dead"));
      broker.on(
          host,
          channel -> {
            publish(channel, KEY, Settings.message("before"));
            publish(channel, KEY, "no JSON");
            publish(channel, "a.b.c", "");
            publish(channel, KEY, Settings.message("after"));
          });
      hub.awaitEntries(2);
      assertThat(hub.titles()).containsExactly("before", "after");
      assertAllAcknowledged(source, 4);
      assertThat(source.counters().parked().sum()).isEqualTo(2);
      assertThat(hub.parked())
          .extracting(Hub.ParkedMessage::source, Hub.ParkedMessage::label, Hub.ParkedMessage::body)
          .containsExactly(tuple("center", KEY, "no JSON"), tuple("center", "a.b.c", ""));
      assertThat(hub.parked().getFirst().reason()).contains("no JSON: line 1, column");
      broker.on(
          host,
          channel -> {
            await().until(() -> channel.messageCount("dead") == 2);
            GetResponse dead = Objects.requireNonNull(channel.basicGet("dead", true));
            assertThat(new String(dead.getBody(), UTF_8)).isEqualTo("no JSON");
            assertThat(dead.getEnvelope().getRoutingKey()).isEqualTo(KEY);
            assertThat(dead.getProps().getHeaders().get("tidings-reason"))
                .asString()
                .contains("no JSON: line 1");
          });
    }
  }

  @Test
  void aMissingDeadLetterExchangeHoldsNothingUp() throws Exception {
    try (Hub hub = new Hub(folder)) {
      RabbitSource source =
          hub.startAndAwaitUp(
              Settings.of(broker.url(host), Settings.QUORUM, Settings.CENTER, "missing"));
      broker.on(
          host,
          channel -> {
            publish(channel, KEY, "no JSON");
            publish(channel, KEY, Settings.message("after"));
          });
      assertAllAcknowledged(source, 2);
      assertThat(hub.parked()).hasSize(1);
    }
  }

  @Test
  void aQueueOfAnotherTypeIsSaidPlainlyUntilItIsMended() throws Exception {
    broker.on(host, channel -> channel.queueDeclare("work", true, false, false, Map.of()));
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.start(Settings.of(broker.url(host), Settings.QUORUM));
      Hub.awaitDown(source, "queue \"work\" is of another type");
      Hub.awaitDown(source, "inequivalent arg 'x-queue-type'");
      broker.on(host, channel -> channel.queueDelete("work"));
      Hub.awaitUp(source);
    }
  }

  @Test
  void aBrokerThatComesLaterIsFound() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    try (Hub hub = new Hub(folder)) {
      RabbitSource source =
          hub.start(
              Settings.of(
                  "amqp://tidings:tidings@127.0.0.1:%d/%s".formatted(port, host),
                  Settings.EXCLUSIVE));
      Hub.awaitDown(source, "broker 127.0.0.1:" + port);
      Status.Down first = (Status.Down) source.status();
      Hub.awaitDown(source, "Connection refused");
      assertThat(first.reason()).doesNotContain("tidings:tidings");
      try (Proxy proxy = new Proxy(port, broker.port())) {
        Hub.awaitUp(source);
        proxy.cut();
      }
    }
  }

  @Test
  void credentialsAreReadAnewAtEachConnect() throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "old");
    String user = "rotated-" + host;
    broker.user(host, user, "old", ".*", ".*", ".*");
    try (Hub hub = new Hub(folder);
        Proxy proxy = new Proxy(0, broker.port())) {
      RabbitSource source =
          hub.startAndAwaitUp(
              new RabbitSettings(
                  "center",
                  () -> "amqp://127.0.0.1:%d/%s".formatted(proxy.port(), host),
                  () -> user,
                  () -> Files.readString(password),
                  Settings.EXCLUSIVE,
                  10,
                  Publisher.source("center"),
                  Settings.CENTER,
                  null));
      broker.user(host, user, "new", ".*", ".*", ".*");
      proxy.cut();
      Hub.awaitDown(source, "user \"" + user + "\": ACCESS_REFUSED");
      Files.delete(password);
      Hub.awaitDown(source, "credentials: " + password);
      Files.writeString(password, "new");
      Hub.awaitUp(source);
    }
  }

  @Test
  void aFullStoreHoldsMessagesAtTheBrokerUntilThereIsRoom() throws Exception {
    List<String> texts = IntStream.range(0, 120).mapToObj(i -> "message " + i).toList();
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.QUORUM));
      hub.faults().full(true);
      broker.on(
          host,
          channel -> {
            for (String text : texts) {
              publish(channel, KEY, Settings.message(text));
            }
          });
      Hub.awaitDown(source, "the store takes nothing: no room");
      await().until(() -> source.counters().received().sum() == 50); // the prefetch
      assertThat(hub.faults().refused()).isLessThan(500);
      hub.faults().full(false);
      hub.awaitEntries(120);
      Hub.awaitUp(source);
      assertThat(hub.titles()).containsExactlyInAnyOrderElementsOf(texts);
      assertAllAcknowledged(source, 120);
    }
  }

  @Test
  void anAppendWithAnUnknownOutcomeIsSettledByItsRedelivery() throws Exception {
    try (Hub hub = new Hub(folder)) {
      RabbitSource source = hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.QUORUM));
      hub.faults().doubt(1);
      broker.on(
          host,
          channel -> {
            publish(channel, KEY, Settings.message("in doubt"));
            publish(channel, KEY, Settings.message("after"));
          });
      await().until(() -> source.counters().repeated().sum() >= 1);
      hub.awaitEntries(2);
      assertThat(hub.titles()).containsExactlyInAnyOrder("in doubt", "after");
      source.close();
    }
  }

  @Test
  void aMessageIdMakesARepeatedMessageHarmless() throws Exception {
    try (Hub hub = new Hub(folder)) {
      RabbitSource source =
          hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.QUORUM, Format.TIDINGS, null));
      broker.on(
          host,
          channel -> {
            publish(channel, KEY, "{\"to\":[\"everyone\"],\"title\":\"one\"}");
            publish(channel, KEY, "{\"to\":[\"everyone\"],\"title\":\"one\"}");
            publishWithId(channel, "order 2", "{\"to\":[\"everyone\"],\"title\":\"two\"}");
            publishWithId(channel, "order 2", "{\"to\":[\"everyone\"],\"title\":\"two\"}");
            publishWithId(
                channel, "x", "{\"to\":[\"everyone\"],\"title\":\"three\",\"ref\":\"own\"}");
            publishWithId(
                channel, "y", "{\"to\":[\"everyone\"],\"title\":\"three\",\"ref\":\"own\"}");
            publishWithId(channel, "x", "{\"to\":[\"everyone\"],\"title\":\"four\"}");
            publishWithId(channel, "x", "{\"to\":[\"everyone\"],\"title\":\"conflict\"}");
          });
      assertAllAcknowledged(source, 8);
      assertThat(hub.titles()).containsExactly("one", "one", "two", "three", "four");
      assertThat(source.counters().repeated().sum()).isEqualTo(2);
      assertThat(hub.parked()).hasSize(1);
      assertThat(hub.parked().getFirst().body()).contains("conflict");
    }
  }

  @Test
  void aLowerPrefetchForgetsNothingOfTheHigherOne() throws Exception {
    List<String> texts = IntStream.range(0, 30).mapToObj(i -> "message " + i).toList();
    try (Hub hub = new Hub(folder);
        Proxy proxy = new Proxy(0, broker.port())) {
      hub.startAndAwaitUp(Settings.of(proxy.url(host), Settings.QUORUM));
      proxy.swallow();
      broker.on(
          host,
          channel -> {
            for (String text : texts) {
              publish(channel, KEY, Settings.message(text));
            }
          });
      hub.awaitEntries(30);
    }
    try (Hub hub = new Hub(folder)) {
      RabbitSource source =
          hub.start(
              Settings.as(Settings.of(broker.url(host), Settings.QUORUM), "center", "center", 5));
      assertAllAcknowledged(source, 30);
      assertThat(hub.titles()).containsExactlyElementsOf(texts);
    }
  }

  @Test
  void aFirstDeliveryIsNeverTakenForARepeatedOne() throws Exception {
    for (int i = 1; i <= 2; i++) {
      try (Hub hub = new Hub(folder)) {
        RabbitSource source = hub.startAndAwaitUp(Settings.of(broker.url(host), Settings.QUORUM));
        broker.on(host, channel -> publish(channel, KEY, Settings.message("twin")));
        hub.awaitEntries(i);
        assertAllAcknowledged(source, 1);
        assertThat(source.counters().appended().sum()).isEqualTo(1);
      }
    }
  }

  @Test
  void sourcesOfOneHubFlowBesideEachOther() throws Exception {
    RabbitQueue shop = new RabbitQueue.Exclusive("shop", "notifications", List.of("shop.#"));
    RabbitQueue center = new RabbitQueue.Quorum("center", "notifications", List.of("nasqueron.#"));
    try (Hub hub = new Hub(folder)) {
      hub.start(
          Settings.as(
              Settings.of(broker.url(host), new RabbitQueue.Passive("none")), "away", "away", 1));
      hub.startAndAwaitUp(Settings.of(broker.url(host), center));
      hub.startAndAwaitUp(
          Settings.as(
              Settings.of(broker.url(host), shop, Format.TIDINGS, null), "shop", "shop", 10));
      broker.on(
          host,
          channel -> {
            for (int i = 0; i < 20; i++) {
              publish(channel, KEY, Settings.message("center " + i));
              publish(
                  channel, "shop.orders", "{\"to\":[\"everyone\"],\"title\":\"shop " + i + "\"}");
            }
            publish(channel, "shop.orders", "no JSON");
          });
      hub.awaitEntries(40);
      await().until(() -> hub.parked().size() == 1);
      for (String source : List.of("center", "shop")) {
        assertThat(hub.titles().stream().filter(title -> title.startsWith(source)))
            .containsExactlyElementsOf(
                IntStream.range(0, 20).mapToObj(i -> source + " " + i).toList());
      }
      assertThat(hub.parked().getFirst().source()).isEqualTo("shop");
    }
  }

  @Test
  void anIdIsOneForAllSourcesOfAPublisherAndForNoOther() throws Exception {
    RabbitSettings first =
        Settings.of(broker.url(host), Settings.QUORUM, Format.TIDINGS, null); // of "center"
    RabbitQueue queue = new RabbitQueue.Exclusive(null, "notifications", List.of("#"));
    RabbitSettings other = Settings.of(broker.url(host), queue, Format.TIDINGS, null);
    try (Hub hub = new Hub(folder)) {
      RabbitSource one = hub.startAndAwaitUp(first);
      RabbitSource two = hub.startAndAwaitUp(Settings.as(other, "two", "center", 10));
      RabbitSource three = hub.startAndAwaitUp(Settings.as(other, "three", "shop", 10));
      broker.on(
          host, channel -> publishWithId(channel, "42", "{\"to\":[\"everyone\"],\"title\":\"x\"}"));
      await()
          .until(() ->
              one.counters().appended().sum() + two.counters().appended().sum() == 1
                  && one.counters().repeated().sum() + two.counters().repeated().sum() == 1
                  && three.counters().appended().sum() == 1);
      assertThat(hub.titles()).containsExactly("x", "x");
    }
  }

  @Test
  void aQueueThatMayLoseMessagesIsSaidAtTheStart() {
    Logger logger = (Logger) LoggerFactory.getLogger(RabbitSource.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try (Hub hub = new Hub(folder)) {
      hub.start(Settings.of(broker.url(host), new RabbitQueue.Passive("work")));
      hub.start(Settings.of(broker.url(host), Settings.EXCLUSIVE));
      hub.start(Settings.of(broker.url(host), Settings.QUORUM));
    } finally {
      logger.detachAppender(lines);
    }
    assertThat(lines.list)
        .filteredOn(line -> line.getLevel() == Level.WARN)
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.contains("quorum queue keeps"))
        .satisfiesExactly(
            passive ->
                assertThat(passive)
                    .contains("if queue \"work\" is a classic one, a restart of the broker loses"),
            exclusive -> assertThat(exclusive).contains("while the hub is away is missed"));
  }

  @Test
  void closingTakesBoundedTimeWhateverTheBrokerDoes() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        Hub hub = new Hub(folder)) {
      RabbitSource source =
          hub.start(
              Settings.of(
                  "amqp://127.0.0.1:" + silent.getLocalPort() + "/" + host, Settings.EXCLUSIVE));
      silent.accept();
      await().atMost(Duration.ofSeconds(3)).until(() -> closed(source));
    }
  }

  private static boolean closed(RabbitSource source) {
    source.close();
    return true;
  }

  /** Waits until a source has settled so many messages, closes it, and looks what it left. */
  private void assertAllAcknowledged(RabbitSource source, int messages) throws Exception {
    Counters counters = source.counters();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            counters.appended().sum() + counters.repeated().sum() + counters.parked().sum()
                == messages);
    source.close();
    broker.on(
        host,
        channel -> assertThat(channel.queueDeclarePassive("work").getMessageCount()).isZero());
  }
}
