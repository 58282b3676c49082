package tidings.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SubscriptionTest {
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<Duration> waits = new CopyOnWriteArrayList<>();
  private final Deque<String> tokens = new ArrayDeque<>(List.of("t"));
  private ScriptedHub hub;
  private TidingsClient client;

  @BeforeEach
  void open() throws IOException {
    hub = new ScriptedHub();
    client = TidingsClient.builder(hub.url()).token(this::token).build();
  }

  @AfterEach
  void close() {
    client.close();
    hub.close();
  }

  /** The next token; the last one stays. */
  private @Nullable String token() {
    return tokens.size() > 1 ? tokens.pop() : tokens.peek();
  }

  @Test
  void aLineThatBreaksIsResumedAfterTheLastEvent() {
    hub.stream(hello(1, 15_000), note(2), "id: epochabc.3\ndata: half\n");
    hub.silentStream(hello(2, 15_000), note(3), note(4));
    Subscription following = follow(StreamFilter.to("topic:shop.#").type("!x").level(Level.ERROR));

    await().until(() -> heard.size() == 6);
    assertThat(heard).containsExactly("hello 1", "n2", "broken", "hello 2", "n3", "n4");
    assertThat(following.cursor()).isEqualTo("epochabc.4");
    assertThat(hub.asked())
        .extracting(ScriptedHub.Asked::call)
        .containsOnly("GET /v1/stream?to=topic%3Ashop.%23&type=%21x&level=error");
    assertThat(hub.asked())
        .extracting(ScriptedHub.Asked::lastEventId)
        .containsExactly("null", "epochabc.2");
  }

  @Test
  void eachEventReachesItsMethod() {
    hub.silentStream(
        hello(1, 15_000),
        event("gap", 5, "{\"reason\":\"retention\",\"from\":\"a.1\",\"to\":\"epochabc.5\"}"),
        event("withdrawn", 6, "{\"id\":\"w\"}"),
        event(
            "inbox", 6, "{\"unread\":2,\"unseen\":1,\"more\":false,\"rev\":7,\"cursor\":\"c.9\"}"),
        event("tick", 7, "{\"cursor\":\"epochabc.7\",\"rev\":8}"),
        event("tick", 8, "{\"cursor\":\"epochabc.8\"}"),
        event("presence", 8, "{\"user\":\"bob\",\"present\":true}"),
        event("presence", 8, "{\"missed\":true}"),
        event("of-later", 9, "{}"));
    Subscription following = follow(StreamFilter.all());

    await().until(() -> "epochabc.9".equals(following.cursor()));
    assertThat(heard)
        .containsExactly(
            "hello 1",
            "gap to epochabc.5",
            "withdrawn w",
            "inbox 2 rev 7",
            "tick 8",
            "tick -1",
            "bob true",
            "presence missed");
  }

  /** The cases of counting.json that end with a summary which is newer or older. */
  @Test
  void anOlderSummaryIsDropped() {
    hub.silentStream(
        hello(1, 15_000),
        inbox(10, 6, "aaaaaaaa.12"),
        inbox(11, 5, "aaaaaaaa.12"),
        inbox(12, 6, "aaaaaaaa.9"),
        inbox(13, 6, "aaaaaaaa.12"), // a mute has ended
        inbox(14, 4, "bbbbbbbb.9"),
        hello(1, 15_000),
        inbox(15, 1, "bbbbbbbb.9"),
        note(2));
    follow(StreamFilter.all());

    await().until(() -> heard.contains("n2"));
    assertThat(heard)
        .containsExactly(
            "hello 1",
            "inbox 10 rev 6",
            "inbox 13 rev 6",
            "inbox 14 rev 4",
            "hello 1",
            "inbox 15 rev 1",
            "n2");
  }

  @Test
  void allOfANotificationIsRead() {
    List<Notification> read = new CopyOnWriteArrayList<>();
    hub.silentStream(
        "id: epochabc.1\ndata: {\"id\":\"i\",\"time\":\"2026-11-21T09:00:00.123Z\",\"type\":\"a.b\",",
        "\"source\":\"S\",\"level\":\"warning\",\"title\":\"Ü\",\"body\":\"b\",\"link\":\"/l\",",
        "\"icon\":\"/i\",\"topics\":[\"x.y\"],\"everyone\":true,\"key\":\"k\",",
        "\"expires\":\"2027-01-01T00:00:00.000Z\",\"onlyActive\":true,\"data\":{\"n\":[1,null]},",
        "\"later\":1,\"direct\":true}\n\n",
        note(2));
    client.subscribe(StreamFilter.all(), (cursor, notification) -> read.add(notification));

    await().until(() -> read.size() == 2);
    assertThat(read.get(0))
        .isEqualTo(
            new Notification(
                "i",
                Instant.parse("2026-11-21T09:00:00.123Z"),
                "a.b",
                "S",
                Level.WARNING,
                "Ü",
                "b",
                "/l",
                "/i",
                List.of("x.y"),
                true,
                "k",
                Instant.parse("2027-01-01T00:00:00Z"),
                Map.of("n", Arrays.asList(1, null)),
                true,
                true));
    assertThat(read.get(1).topics()).isEmpty();
    assertThat(read.get(1).data()).isEmpty();
    assertThat(read.get(1).direct()).isFalse();
  }

  @Test
  void theHubsOwnWaitIsKeptFromTheShortestUpToFiveMinutes() {
    hub.stream("retry: 0\n\n").answer(503, "{}", "0").answer(503, "{}", "1");
    hub.stream("retry: 999999999\n\n");
    follow(StreamFilter.all());

    await().until(() -> waits.size() == 4);
    assertThat(waits)
        .extracting(Duration::toMillis)
        .satisfiesExactly(
            none -> assertThat(none).isBetween(125L, 250L),
            noneAgain -> assertThat(noneAgain).isBetween(250L, 500L),
            some -> assertThat(some).isEqualTo(1_000),
            most -> assertThat(most).isEqualTo(300_000));
  }

  @Test
  void aSilentLineIsLeft() {
    hub.silentStream(hello(1, 50)).silentStream(hello(1, 15_000), note(2));
    follow(StreamFilter.all());

    await().until(() -> heard.contains("n2"));
    assertThat(heard).containsExactly("hello 1", "broken", "hello 1", "n2");
  }

  @Test
  void aRefusalThatStopsIsABrokenLine() {
    hub.stalled(403, "{");
    try (TidingsClient hasty = TidingsClientTest.hasty(hub.url())) {
      hasty.subscribe(StreamFilter.all(), new Recorder());
      await().until(() -> heard.contains("broken"));
    }
  }

  @Test
  void waitsGrowUntilALineHasHeldForAHeartbeat() {
    for (int i = 0; i < 3; i++) {
      hub.stream(hello(1, 15_000));
    }
    hub.silentStream(hello(1, 50)).silentStream(hello(1, 15_000));
    follow(StreamFilter.all());

    await().until(() -> waits.size() == 4);
    assertThat(waits)
        .extracting(Duration::toMillis)
        .satisfiesExactly(
            first -> assertThat(first).isBetween(125L, 250L),
            second -> assertThat(second).isBetween(250L, 500L),
            third -> assertThat(third).isBetween(500L, 1_000L),
            afterOneThatHeld -> assertThat(afterOneThatHeld).isBetween(125L, 250L));
  }

  @Test
  void whenATokenEndsTheNextOneOpensTheLine() {
    tokens.add("newer");
    hub.stream(hello(7, 15_000), event("reauth", 7, "{\"cursor\":\"epochabc.7\"}"));
    hub.silentStream(hello(7, 15_000));
    follow(StreamFilter.all());

    await().until(() -> hub.asked().size() == 2 && heard.size() == 4);
    assertThat(heard).containsExactly("hello 7", "reauth", "broken", "hello 7");
    assertThat(hub.asked())
        .extracting(ScriptedHub.Asked::token)
        .containsExactly("Bearer t", "Bearer newer");
  }

  @Test
  void aTokenThatIsRefusedTwiceIsTheEnd() {
    tokens.add("newer");
    for (int i = 0; i < 3; i++) {
      hub.answer(401, problem(401));
    }
    Subscription following = follow(StreamFilter.all());

    assertThatThrownBy(() -> following.ended().get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("answered 401: Not allowed: no");
    assertThat(hub.asked())
        .extracting(ScriptedHub.Asked::token)
        .containsExactly("Bearer t", "Bearer newer", "Bearer newer");
  }

  @Test
  void whatAnotherTryCantMendIsTheEnd() {
    hub.answer(403, problem(403));
    Subscription following = follow(StreamFilter.all());

    assertThatThrownBy(() -> following.ended().get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused ->
                assertThat(refused.problem())
                    .isEqualTo(
                        new Problem("urn:tidings:problem:x", "Not allowed", 403, "no", "to")));
    assertThat(waits).isEmpty();
  }

  @Test
  void whatAProxySaysIsABrokenLine() {
    hub.answer(404, "<html>").answer(401, "{\"type\":\"about:blank\",\"title\":\"Who?\"}");
    hub.silentStream(hello(1, 15_000));
    follow(StreamFilter.all());

    await().until(() -> heard.contains("hello 1"));
    assertThat(heard).containsExactly("broken", "broken", "hello 1");
  }

  @Test
  void whatAListenerCantTakeIsTheEndAndTheCursorLiesBeforeIt() {
    hub.silentStream(hello(1, 15_000), note(2), note(3));
    Subscription following =
        client.subscribe(
            StreamFilter.all(),
            "epochabc.1",
            (cursor, notification) -> {
              if (notification.id().equals("n3")) {
                throw new IllegalStateException("full");
              }
            });

    assertThatThrownBy(() -> following.ended().get(20, TimeUnit.SECONDS))
        .hasMessageContaining("full");
    assertThat(following.cursor()).isEqualTo("epochabc.2");
    assertThat(hub.asked().get(0).call()).isEqualTo("GET /v1/stream?after=epochabc.1");
  }

  @Test
  void onceClosedTheListenerIsNotCalledAnyMore() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch on = new CountDownLatch(1);
    hub.silentStream(hello(1, 15_000), note(2), note(3));
    Subscription following =
        client.subscribe(
            StreamFilter.all(),
            (cursor, notification) -> {
              inside.countDown();
              wait(on);
              heard.add(notification.id());
            });
    inside.await();
    Thread closer = new Thread(following::close);
    closer.start();
    await().until(() -> closer.getState() == Thread.State.WAITING);
    on.countDown();
    closer.join();

    assertThat(heard).containsExactly("n2");
    assertThat(following.ended()).isCompleted();
  }

  @Test
  void aListenerCanEndItsOwnSubscription() throws Exception {
    Subscription[] own = new Subscription[1];
    CountDownLatch set = new CountDownLatch(1);
    hub.silentStream(hello(1, 15_000), note(2), note(3));
    own[0] =
        client.subscribe(
            StreamFilter.all(),
            (cursor, notification) -> {
              wait(set);
              heard.add(notification.id());
              own[0].close();
            });
    set.countDown();

    own[0].ended().get(20, TimeUnit.SECONDS);
    assertThat(heard).containsExactly("n2");
  }

  @Test
  void listenersThatEndEachOtherDoNotWaitForEachOther() throws Exception {
    TidingsClient own = TidingsClient.builder(hub.url()).build();
    CountDownLatch inside = new CountDownLatch(2);
    StreamListener closer =
        (cursor, notification) -> {
          inside.countDown();
          wait(inside);
          own.close();
        };
    hub.silentStream(hello(1, 15_000), note(2)).silentStream(hello(1, 15_000), note(2));
    Subscription one = own.subscribe(StreamFilter.all(), closer);
    Subscription other = own.subscribe(StreamFilter.all(), closer);

    one.ended().get(20, TimeUnit.SECONDS);
    other.ended().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aClosedClientFollowsNothing() throws Exception {
    client.close();
    follow(StreamFilter.all()).ended().get(20, TimeUnit.SECONDS);
    assertThat(hub.asked()).isEmpty();
  }

  @Test
  void closingTheClientEndsALineThatIsJustOpened() {
    tokens.clear();
    Subscription following = follow(StreamFilter.all()); // the hub has no answer, and says nothing
    client.close();

    assertThat(following.ended()).isDone();
  }

  private Subscription follow(StreamFilter filter) {
    return client.subscribe(filter, new Recorder());
  }

  private final class Recorder implements StreamListener {
    @Override
    public void notification(String cursor, Notification notification) {
      heard.add(notification.id());
    }

    @Override
    public void hello(Hello hello) {
      heard.add(hello.cursor().replace("epochabc.", "hello "));
    }

    @Override
    public void gap(Gap gap) {
      heard.add("gap to " + gap.to());
    }

    @Override
    public void withdrawn(String id) {
      heard.add("withdrawn " + id);
    }

    @Override
    public void inbox(Summary summary) {
      heard.add("inbox " + summary.unread() + " rev " + summary.rev());
    }

    @Override
    public void tick(long rev) {
      heard.add("tick " + rev);
    }

    @Override
    public void presence(String user, boolean present) {
      heard.add(user + " " + present);
    }

    @Override
    public void presenceMissed() {
      heard.add("presence missed");
    }

    @Override
    public void reauth() {
      heard.add("reauth");
    }

    @Override
    public void broken(IOException why, Duration wait) {
      heard.add("broken");
      waits.add(wait);
    }
  }

  private static void wait(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String hello(int position, int heartbeatMs) {
    return event(
        "hello",
        position,
        "{\"heartbeatMs\":%d,\"now\":\"2026-11-21T09:00:00.123Z\",\"to\":[\"everyone\"],\"cursor\":\"epochabc.%d\"}"
            .formatted(heartbeatMs, position));
  }

  private static String note(int position) {
    return ("id: epochabc.%d\ndata: {\"id\":\"n%1$d\",\"time\":\"2026-11-21T09:00:00.123Z\","
            + "\"level\":\"info\",\"title\":\"t\"}\n\n")
        .formatted(position);
  }

  private static String inbox(int unread, int rev, String cursor) {
    return event(
        "inbox",
        1,
        "{\"unread\":%d,\"unseen\":0,\"more\":false,\"rev\":%d,\"cursor\":\"%s\"}"
            .formatted(unread, rev, cursor));
  }

  private static String event(String name, int position, String data) {
    return "event: %s\nid: epochabc.%d\ndata: %s\n\n".formatted(name, position, data);
  }

  private static String problem(int status) {
    return "{\"type\":\"urn:tidings:problem:x\",\"title\":\"Not allowed\",\"status\":%d,\"detail\":\"no\",\"field\":\"to\"}"
        .formatted(status);
  }
}
