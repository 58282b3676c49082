package tidings.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;
import tools.jackson.databind.JsonNode;

/** protocol/presence.md, on sockets. */
final class PresenceTest {
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start(RunningHub.Options.DEFAULTS.publicly("topic:open.#"));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  /** A token that may see who listens, and read some addresses. */
  private static String seeing(String user, String... read) {
    return granted(user, new Grant(List.of(), patterns(read), true, false, false));
  }

  private static String granted(String user, Grant grant) {
    return token(user, grant, Duration.ofHours(1));
  }

  private static List<AddressPattern> patterns(String... texts) {
    return Stream.of(texts).map(AddressPattern::of).toList();
  }

  private static Wire stream(String token, String query) {
    Wire wire = hub.stream(token, query);
    wire.headers();
    assertThat(wire.frame()).startsWith("event: hello");
    return wire;
  }

  private static SocketWire socket(String token, String query) {
    SocketWire socket = SocketWire.open(hub, query, token);
    assertThat(socket.text()).startsWith("{\"event\":\"hello\"");
    return socket;
  }

  /** The next event of presence. */
  private static String presence(Wire wire) {
    String frame = requireNonNull(wire.anyFrame());
    return frame.startsWith("event: presence\n") ? frame : presence(wire);
  }

  private static String presence(SocketWire socket) {
    String text = requireNonNull(socket.frame()).text();
    return text.startsWith("{\"event\":\"presence\"") ? text : presence(socket);
  }

  private static JsonNode list(String query, String token) {
    Wire.Answer answer = hub.get("/v1/presence" + query, token);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  /** Who is listed, with how many streams. */
  private static List<String> users(String query, String token) {
    List<String> users = new ArrayList<>();
    list(query, token)
        .get("items")
        .forEach(item -> users.add(item.get("user").asString() + item.get("streams").asInt()));
    return users;
  }

  @Test
  void whoComesIsToldOnEachTransport() {
    try (Wire events = stream(seeing("ev"), "?to=everyone");
        SocketWire socket = socket(seeing("so"), "?to=everyone")) {
      assertThat(presence(events))
          .matches(
              "event: presence\nid: [a-z0-9]{8}\\.\\d+\ndata: \\{\"user\":\"ev\",\"present\":true}\n");
      assertThat(presence(socket))
          .matches(
              "\\{\"event\":\"presence\",\"cursor\":\"[a-z0-9]{8}\\.\\d+\",\"user\":\"so\",\"present\":true}");
      try (Wire _ = stream(token("bob-told", "", ""), "")) {
        String told = "\"user\":\"bob-told\",\"present\":true}";
        while (!presence(events).contains(told)) {}
        while (!presence(socket).contains(told)) {}
      }
    }
  }

  @Test
  void theListIsAsWritten() {
    Instant before = Instant.now().minusMillis(1);
    try (Wire one = stream(token("li-b", "", ""), "");
        SocketWire two = socket(token("li-b", "", ""), "");
        Wire _ = stream(token("li-a", "", ""), "")) {
      String query = "?user=li-b&user=li-a&user=li-c";
      assertThat(hub.get("/v1/presence" + query, seeing("me")).body())
          .matches(
              "\\{\"items\":\\[\\{\"user\":\"li-a\",\"streams\":1,\"since\":\"[0-9T:.-]{23}Z\"},"
                  + "\\{\"user\":\"li-b\",\"streams\":2,\"since\":\"[0-9T:.-]{23}Z\"}],\"more\":false}");
      assertThat(Instant.parse(list(query, seeing("me")).at("/items/0/since").asString()))
          .isBetween(before, Instant.now());
      assertThat(users(query + "&after=li-a", seeing("me"))).containsExactly("li-b2");
      JsonNode first = list(query + "&limit=1", seeing("me"));
      assertThat(first.get("items")).hasSize(1);
      assertThat(first.get("more").asBoolean()).isTrue();
      two.wire.giveUp();
      one.giveUp();
      Awaitility.await().until(() -> users("?user=li-b", seeing("me")).equals(List.of("li-b0")));
    }
  }

  @Test
  void anAddressNarrowsItOnAllLoops() {
    List<Wire> streams = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) { // on some loop each
        streams.add(stream(token("ad-a", "", "topic:ad.#"), "?to=topic:ad.%23"));
        streams.add(stream(token("ad-b", "", "topic:ad.x"), "?to=topic:ad.*"));
        streams.add(stream(token("ad-c", "", "topic:ad.#"), "?to=everyone"));
      }
      String all = "?user=ad-a&user=ad-b&user=ad-c&to=";
      assertThat(users(all + "topic:ad.x", seeing("me", "topic:ad.#")))
          .containsExactly("ad-a6", "ad-b6");
      assertThat(users(all + "topic:ad.y", seeing("me", "topic:ad.#"))).containsExactly("ad-a6");
      assertThat(users(all + "everyone", seeing("me"))).containsExactly("ad-c6");
      Grant publishing = new Grant(patterns("topic:ad.x"), List.of(), true, false, false);
      assertThat(users(all + "topic:ad.x", granted("me", publishing)))
          .containsExactly("ad-a6", "ad-b6");
    } finally {
      streams.forEach(Wire::close);
    }
  }

  private interface Source {
    @Nullable String next();
  }

  /** All that comes up to what holds a text. */
  private static String until(Source source, String text) {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(text) < 0) {
      all.append(requireNonNull(source.next()));
    }
    return all.toString();
  }

  /** Two users against each other. */
  @Test
  void withoutTheGrantNothingOfAnyoneShows() {
    String eve = token("eve", "user:alice topic:#", "topic:#");
    try (Wire curious = stream(eve, "?to=topic:eve");
        SocketWire socket = socket(eve, "?to=topic:eve");
        Wire _ = stream(token("al-w", "", ""), "")) {
      Wire.Answer here = hub.get("/v1/presence?user=al-w", eve);
      Wire.Answer unknown = hub.get("/v1/presence?user=nobody", eve);
      assertThat(here.status()).isEqualTo(403);
      assertThat(here.problem()).isEqualTo("forbidden");
      assertThat(here.body()).isEqualTo(unknown.body());
      assertThat(hub.get("/v1/presence", eve).status()).isEqualTo(403);
      assertThat(hub.get("/v1/presence?to=user:al-w", eve).status()).isEqualTo(403);
      assertThat(hub.get("/v1/presence", null).status()).isEqualTo(401);
      hub.settle();
      hub.publish(
          RunningHub.all("p"), "{\"to\":[\"topic:eve\"],\"title\":\"the first that is said\"}");
      assertThat(until(curious::anyFrame, "the first that is said")).doesNotContain("presence");
      assertThat(until(() -> requireNonNull(socket.frame()).text(), "the first that is said"))
          .doesNotContain("presence");
    }
  }

  @Test
  void anAddressIsRefusedToWhoMayNeitherReadNorPublishToIt() {
    try (Wire _ = stream(token("al-x", "", ""), "")) {
      String nosy = seeing("nosy", "topic:a.#");
      for (String to : List.of("user:al-x", "user:nobody", "topic:b", "topic:secret.x")) {
        Wire.Answer answer = hub.get("/v1/presence?to=" + to, nosy);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().get("field").asString()).isEqualTo("to");
        assertThat(answer.body()).contains(to).doesNotContain("\"items\"");
      }
      assertThat(users("?to=user:nosy", nosy)).isEmpty();
      assertThat(users("?to=topic:open.x&user=al-x", nosy)).containsExactly("al-x1");
    }
  }

  @Test
  void aLongPollIsNoListener() {
    String cursor =
        hub.get("/v1/notifications", RunningHub.all("po")).json().get("cursor").asString();
    try (Wire _ =
        hub.wire()
            .send(
                request(
                    "GET",
                    "/v1/notifications?to=topic:po&wait=60s&after=" + cursor,
                    RunningHub.all("polling")))) {
      Awaitility.await()
          .until(() ->
              hub.hub.dispatchers().stream().mapToInt(d -> d.traffic().subscribers()).sum() > 0);
      assertThat(users("?user=polling", seeing("me"))).isEmpty();
      assertThat(users("?user=polling&to=topic:po", seeing("me", "topic:po"))).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "?user=, user",
    "?user=a%20b, user",
    "?user=*, user",
    "?after=, after",
    "?limit=0, limit",
    "?limit=1001, limit",
    "?limit=x, limit",
    "?limit=1&limit=2, limit",
    "?to=topic:a.%23, to",
    "?to=user:*, to",
    "?to=nobody, to",
    "?to=everyone&to=everyone, to",
    "?level=info, level",
  })
  void aWrongParameterIsNamed(String query, String field) {
    Wire.Answer answer = hub.get("/v1/presence" + query, RunningHub.all("me"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("field").asString()).isEqualTo(field);
  }

  @Test
  void aHundredUsersMayBeNamedAndNoMore() {
    String users =
        IntStream.range(0, 100)
            .mapToObj(i -> "user=u" + i)
            .collect(Collectors.joining("&", "?", ""));
    assertThat(users(users, seeing("me"))).isEmpty();
    Wire.Answer answer = hub.get("/v1/presence" + users + "&user=v", seeing("me"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("field").asString()).isEqualTo("user");
  }
}
