package tidings.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.token;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Preferences;
import tidings.core.notification.TopicPattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What users' streams and pages know of their inbox and preferences, on sockets. */
final class InboxStreamTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static Inboxes inboxes() {
    return hub.hub.inboxes();
  }

  private static Caller caller(String user) {
    return Caller.of(user, Publisher.subject(user), Grant.NOTHING, null, null);
  }

  private static long save(String user, @Nullable List<String> follows, Mute... mutes) {
    List<Preferences.Follow> list = null;
    if (follows != null) {
      list = follows.stream().map(p -> new Preferences.Follow(TopicPattern.of(p), 0)).toList();
    }
    return inboxes()
        .save(caller(user), new Preferences(list, List.of(mutes), null), OptionalLong.empty())
        .rev();
  }

  private static long markAllRead(String user) {
    return inboxes()
        .markAll(
            caller(user),
            Mark.Kind.READ,
            hub.hub.log().epochs().cursor(hub.hub.log().end()),
            null,
            () -> {});
  }

  private static String publish(String to, String title) {
    Wire.Answer answer =
        hub.publish(all("p"), "{\"to\":[\"%s\"],\"title\":\"%s\"}".formatted(to, title));
    assertThat(answer.status()).isEqualTo(201);
    return answer.json().get("cursor").asString();
  }

  private static String hello(Wire stream) {
    stream.headers();
    return requireNonNull(stream.frame());
  }

  /** The data of the next event, which must tell of the inbox. */
  private static JsonNode inbox(Wire stream) {
    String frame = requireNonNull(stream.anyFrame());
    while (frame.startsWith("event: presence\n")) {
      frame = requireNonNull(stream.anyFrame());
    }
    assertThat(frame).matches("event: inbox\nid: [a-z0-9]{8}\\.\\d+\ndata: \\{.*}\n");
    return JSON.readTree(frame.substring(frame.indexOf("\ndata: ") + 7));
  }

  private static JsonNode inbox(SocketWire socket) {
    JsonNode message = JSON.readTree(requireNonNull(socket.frame()).text());
    while (message.path("event").asString("").equals("presence")) {
      message = JSON.readTree(requireNonNull(socket.frame()).text());
    }
    assertThat(message.get("event").asString()).isEqualTo("inbox");
    return message.get("summary");
  }

  private static List<String> titles(String query, String user) {
    Wire.Answer answer = hub.get("/v1/notifications" + query, all(user));
    List<String> titles = new ArrayList<>();
    answer
        .json()
        .get("items")
        .forEach(item -> titles.add(item.get("notification").get("title").asString()));
    return titles;
  }

  @Test
  void everyDeviceIsToldOverEveryTransport() {
    try (Wire stream = hub.stream(all("ann"), "?to=topic:none");
        SocketWire socket = SocketWire.open(hub, "?to=topic:none", all("ann"))) {
      assertThat(hello(stream)).startsWith("event: hello\n");
      assertThat(socket.text()).startsWith("{\"event\":\"hello\"");
      assertThat(inbox(stream).get("unread").asInt()).isZero();
      assertThat(inbox(socket).get("unread").asInt()).isZero();
      publish("user:ann", "one");
      publish("user:ann", "two");
      long rev = markAllRead("ann");
      JsonNode told = inbox(stream);
      assertThat(told.get("rev").asLong()).isEqualTo(rev);
      assertThat(told.get("unread").asInt()).isZero();
      assertThat(told.get("cursor").asString())
          .isEqualTo(hub.hub.log().epochs().cursor(hub.hub.log().end()).toString());
      assertThat(inbox(socket)).isEqualTo(told);
    }
  }

  @Test
  void whoReadsWithoutAUserHearsOfNoInbox() {
    try (RunningHub open = RunningHub.start(RunningHub.Options.DEFAULTS.publicly("topic:#"));
        Wire stream = open.wire().send(RunningHub.request("GET", "/v1/stream", null))) {
      assertThat(hello(stream)).startsWith("event: hello\n");
      open.publish(all("p"), "{\"to\":[\"topic:a\"],\"title\":\"x\"}");
      assertThat(stream.anyFrame()).startsWith("id: ");
    }
  }

  @Test
  void streamsPagesAndPollsReadWhatIsFollowedAndNotMuted() {
    String before = publish("topic:before", "before");
    save("ben", List.of("news.#"), new Mute.OfTopic(TopicPattern.of("news.ads"), null));
    try (Wire stream = hub.stream(all("ben"), "");
        SocketWire socket = SocketWire.open(hub, "", all("ben"));
        Wire poll =
            hub.wire()
                .send(
                    RunningHub.request(
                        "GET", "/v1/notifications?wait=20s&after=" + before, all("ben")))) {
      assertThat(hello(stream)).contains("\"to\":[\"everyone\",\"user:ben\",\"topic:news.#\"]");
      assertThat(socket.text()).contains("\"to\":[\"everyone\",\"user:ben\",\"topic:news.#\"]");
      publish("topic:other", "other");
      publish("topic:news.ads", "ad");
      publish("topic:news.local", "news");
      assertThat(stream.frame()).contains("\"title\":\"news\"");
      assertThat(socket.title()).isEqualTo("news");
      assertThat(poll.answer().json().get("items")).hasSize(1);
      assertThat(titles("?after=" + before, "ben")).containsExactly("news");
      assertThat(titles("?to=topic:%23&after=" + before, "ben"))
          .containsSubsequence("other", "ad", "news");

      save("ben", List.of("other"));
      publish("topic:news.local", "no news");
      publish("topic:other", "followed");
      assertThat(stream.frame()).contains("\"title\":\"followed\"");
      assertThat(socket.title()).isEqualTo("followed");
    }
  }

  /** On each device, live and after being away, and in the inbox. */
  @Test
  void whatIsForOneForFollowersAndForEverybodyReachesThem() {
    save("eli", List.of("team.#"));
    save("fay", List.of("other"));
    List<String> allThree = List.of("to one", "to followers", "to everybody");
    String before;
    try (Wire stream = hub.stream(all("eli"), "");
        SocketWire socket = SocketWire.open(hub, "", all("eli"));
        Wire others = hub.stream(all("fay"), "")) {
      assertThat(hello(stream)).contains("\"topic:team.#\"");
      assertThat(socket.text()).contains("\"topic:team.#\"");
      assertThat(hello(others)).contains("\"topic:other\"");
      before = publishAllThree("eli");
      for (String title : allThree) {
        assertThat(stream.frame()).contains("\"title\":\"" + title + "\"");
        assertThat(socket.title()).isEqualTo(title);
      }
      assertThat(others.frame()).contains("\"title\":\"to everybody\"");
    }
    publishAllThree("eli");
    try (Wire stream = hub.stream(all("eli"), "?after=" + before);
        SocketWire socket = SocketWire.open(hub, "?after=" + before, all("eli"));
        Wire others = hub.stream(all("fay"), "?after=" + before)) {
      assertThat(hello(stream)).contains(before);
      assertThat(socket.text()).contains(before);
      assertThat(hello(others)).contains(before);
      for (String title : allThree) {
        assertThat(stream.frame()).contains("\"title\":\"" + title + "\"");
        assertThat(socket.title()).isEqualTo(title);
      }
      assertThat(others.frame()).contains("\"title\":\"to everybody\"");
    }
    List<String> reasons = List.of("everyone", "topic:team.#", "direct");
    assertThat(reasons("eli"))
        .containsExactlyElementsOf(Stream.of(reasons, reasons).flatMap(List::stream).toList());
    assertThat(reasons("fay")).containsExactly("everyone", "everyone");
    assertThat(unread("eli")).isEqualTo(6);
    assertThat(unread("fay")).isEqualTo(2);
  }

  /** Returns the place of the last one. */
  private static String publishAllThree(String user) {
    publish("user:" + user, "to one");
    publish("topic:team.a", "to followers");
    return publish("everyone", "to everybody");
  }

  /** Of all that is in a user's inbox, the newest first. */
  private static List<String> reasons(String user) {
    List<String> reasons = new ArrayList<>();
    hub.get("/v1/inbox", all(user))
        .json()
        .get("items")
        .forEach(item -> reasons.add(item.get("reason").asString()));
    return reasons;
  }

  private static int unread(String user) {
    return hub.get("/v1/inbox/summary", all(user)).json().get("unread").asInt();
  }

  @Test
  void grantsAlwaysWin() {
    save("cara", List.of("#"));
    try (Wire stream = hub.stream(token("cara", "", "topic:mine"), "")) {
      assertThat(hello(stream)).contains("\"to\":[\"everyone\",\"user:cara\",\"topic:mine\"]");
      publish("topic:secret", "secret");
      publish("topic:mine", "mine");
      assertThat(stream.frame()).contains("\"title\":\"mine\"");
    }
  }

  @Test
  void whatIsKeptOfAUserIsWaitedForWhereItCountsAndNotForLong() {
    save("dan", List.of("dan.#"));
    assertThat(inboxes().enter("dan").join().rev()).isEqualTo(1);
    Duration patience = Duration.ofSeconds(1);
    try (RunningHub slow = RunningHub.start(RunningHub.Options.DEFAULTS.patience(patience))) {
      slow.pauseOfPeople.begin();
      long began = System.nanoTime();
      try (Wire addressed = slow.stream(all("dan"), "?to=topic:a");
          Wire stream = slow.stream(all("dan"), "")) {
        assertThat(hello(addressed)).contains("\"to\":[\"topic:a\"]");
        assertThat(hello(stream)).contains("\"topic:#\"");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(patience);
        slow.pauseOfPeople.end();
        assertThat(inbox(stream).get("rev").asLong()).isZero();
      }
    }
  }
}
