package tidings.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** "Only for those who listen now" (protocol/presence.md), on sockets. */
final class OnlyActiveTest {
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static String typing(String topic, String more) {
    return "{\"to\":[\"topic:%s\"],\"title\":\"typing\",\"onlyActive\":true%s}"
        .formatted(topic, more);
  }

  private static JsonNode published(String json) {
    Wire.Answer answer = hub.publish(all("publisher"), json);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json();
  }

  private static Wire stream(String query) {
    Wire wire = hub.stream(all("alice"), query);
    wire.headers();
    assertThat(wire.frame()).startsWith("event: hello");
    return wire;
  }

  private static SocketWire socket(String query) {
    SocketWire socket = SocketWire.open(hub, query, all("alice"));
    assertThat(socket.text()).startsWith("{\"event\":\"hello\"");
    return socket;
  }

  @Test
  void streamsGetItLiveAndWhenTheyResume() {
    String json =
        typing("live", ",\"data\":{\"a\":1},\"key\":\"k\"").replace("]", ",\"user:alice\"]");
    String seen = ",\"key\":\"k\",\"onlyActive\":true,\"data\":{\"a\":1},\"direct\":true}";
    String before = published(typing("before", "")).get("cursor").asString();
    String query = "?to=topic:live&to=user:alice";
    String cursor;
    try (Wire events = stream(query);
        SocketWire socket = socket(query)) {
      cursor = published(json).get("cursor").asString();
      assertThat(events.frame()).startsWith("id: " + cursor + "\n").endsWith(seen + "\n");
      assertThat(socket.text())
          .startsWith("{\"cursor\":\"" + cursor + "\",\"notification\":{")
          .endsWith(seen + "}");
    }
    try (Wire events = stream(query + "&after=" + before);
        SocketWire socket = socket(query + "&after=" + before)) {
      assertThat(events.frame()).startsWith("id: " + cursor + "\n").endsWith(seen + "\n");
      assertThat(socket.text()).contains("\"cursor\":\"" + cursor + "\"").endsWith(seen + "}");
    }
  }

  @Test
  void historyDoesNotHaveItByWhateverWay() {
    String all = all("alice");
    String before =
        published("{\"to\":[\"topic:past\"],\"title\":\"kept\"}").get("cursor").asString();
    String id = published(typing("past", "")).get("id").asString();
    published("{\"to\":[\"topic:past\"],\"title\":\"kept\"}");
    for (String query : List.of("", "&after=earliest", "&after=" + before, "&before=" + before)) {
      assertThat(hub.get("/v1/notifications?to=topic:past" + query, all).body())
          .doesNotContain("typing", "onlyActive");
    }
    Wire.Answer unknown = hub.get("/v1/notifications/" + id.replaceAll(".{4}$", "0000"), all);
    Wire.Answer known = hub.get("/v1/notifications/" + id, all);
    assertThat(known.status()).isEqualTo(404);
    assertThat(known.body()).isEqualTo(unknown.body());
    assertThat(hub.get("/v1/notifications/" + id + "/raw", all).status()).isEqualTo(404);
  }

  @Test
  void aLongPollWaitsOn() {
    String before = published(typing("before", "")).get("cursor").asString();
    try (Wire poll =
            hub.wire()
                .send(
                    request(
                        "GET",
                        "/v1/notifications?to=topic:poll&wait=60s&after=" + before,
                        all("alice")));
        Wire live = stream("?to=topic:poll")) {
      String typed = published(typing("poll", "")).get("cursor").asString();
      assertThat(live.frame()).contains(typed);
      hub.settle();
      published("{\"to\":[\"topic:poll\"],\"title\":\"kept\"}");
      JsonNode items = poll.answer().json().get("items");
      assertThat(items).hasSize(1);
      assertThat(items.get(0).get("notification").get("title").asString()).isEqualTo("kept");
    }
  }

  @Test
  void aRetryGetsTheFirstReplyAndOtherContentAConflict() {
    JsonNode first = published(typing("retried", ",\"ref\":\"r1\""));
    assertThat(published(typing("retried", ",\"ref\":\"r1\""))).isEqualTo(first);
    String kept = typing("retried", ",\"ref\":\"r1\"").replace("true", "false");
    assertThat(hub.publish(all("publisher"), kept).problem()).isEqualTo("ref-conflict");
  }

  @Test
  void eachWayInTakesIt() {
    try (Wire events = stream("?to=topic:ways")) {
      published(
          "[" + typing("ways", ",\"body\":\"1\"") + "," + typing("ways", ",\"body\":\"2\"") + "]");
      hub.call(
          RunningHub.post(
              all("publisher"),
              "application/x-ndjson",
              typing("ways", ",\"body\":\"3\"") + "\n" + typing("ways", ",\"body\":\"4\"") + "\n"));
      for (int i = 1; i <= 4; i++) {
        assertThat(requireNonNull(events.frame()))
            .contains("\"body\":\"" + i + "\"")
            .contains("\"onlyActive\":true");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "\"true\"", "{}"})
  void onlyABooleanWillDo(String value) {
    Wire.Answer answer = hub.publish(all("publisher"), typing("wrong", "").replace("true", value));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("field").asString()).isEqualTo("onlyActive");
  }

  @Test
  void itsPublisherCanWithdrawItAndForAllOthersThereIsNoSuchThing() {
    try (Wire events = stream("?to=topic:taken")) {
      String id = published(typing("taken", "")).get("id").asString();
      assertThat(events.frame()).contains(id);
      String target = "/v1/notifications/" + id;
      assertThat(hub.call(request("DELETE", target, token("eve", "", "topic:#"))).status())
          .isEqualTo(404);
      assertThat(hub.call(request("DELETE", target, all("publisher"))).status()).isEqualTo(204);
      assertThat(events.frame()).startsWith("event: withdrawn\n").contains(id);
    }
  }
}
