package tidings.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** protocol/publishing.md, without NDJSON. */
final class PublishTest {
  private static final String SMALL = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  @Test
  void oneNotificationIsStoredAndItsPlaceGiven() {
    Wire.Answer answer = hub.publish(all("alice"), SMALL);
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    String id = answer.json().get("id").asString();
    assertThat(answer.header("Location")).isEqualTo("/v1/notifications/" + id);
    Wire.Answer again = hub.get("/v1/notifications/" + id, all("bob"));
    assertThat(again.json().get("cursor")).isEqualTo(answer.json().get("cursor"));
    assertThat(again.json().get("notification").get("title").asString()).isEqualTo("Hi");
  }

  @Test
  void anArrayIsAllOrNothingAndNamesTheIndex() {
    long before = hub.hub.log().end();
    Wire.Answer good = hub.publish(all("alice"), "[" + SMALL + "," + SMALL + "]");
    assertThat(good.status()).isEqualTo(201);
    assertThat(good.json().size()).isEqualTo(2);
    assertThat(hub.hub.log().end()).isEqualTo(before + 2);

    Wire.Answer bad =
        hub.publish(all("alice"), "[" + SMALL + ",{\"to\":[\"everyone\"],\"title\":\"\"}]");
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.problem()).isEqualTo("invalid-notification");
    assertThat(bad.field()).isEqualTo("[1].title");
    assertThat(bad.json().get("detail").asString()).startsWith("[1].title: 0 characters");
    assertThat(hub.hub.log().end()).isEqualTo(before + 2);
  }

  @Test
  void anArrayOfOneIsStillAnArray() {
    assertThat(hub.publish(all("alice"), "[" + SMALL + "]").json().isArray()).isTrue();
    assertThat(hub.publish(all("alice"), "[{\"to\":[\"everyone\"],\"title\":\"\"}]").field())
        .isEqualTo("[0].title");
    assertThat(hub.publish(all("alice"), "{\"to\":[\"everyone\"],\"title\":\"\"}").field())
        .isEqualTo("title");
    assertThat(hub.publish(all("alice"), "[]").problem()).isEqualTo("invalid-request");
  }

  @Test
  void fieldsAreCheckedBeforeTheGrantAndTheGrantNamesTheAddress() {
    String alice = token("alice", "topic:shop.#", "");
    Wire.Answer field =
        hub.publish(alice, "[" + SMALL + ",{\"to\":[\"topic:shop.a\"],\"title\":\"\"}]");
    assertThat(field.status()).isEqualTo(400);
    Wire.Answer grant =
        hub.publish(alice, "[{\"to\":[\"topic:shop.a\"],\"title\":\"a\"}," + SMALL + "]");
    assertThat(grant.status()).isEqualTo(403);
    assertThat(grant.field()).isEqualTo("[1].to");
    assertThat(grant.json().get("detail").asString()).contains("\"everyone\"");
  }

  @Test
  void aTopicThatStandsTwiceIsShownOnce() {
    Wire.Answer answer =
        hub.publish(all("a"), "{\"to\":[\"topic:a\",\"topic:b\",\"topic:a\"],\"title\":\"Hi\"}");
    assertThat(
            hub.get(requireNonNull(answer.header("Location")), all("a"))
                .json()
                .get("notification")
                .get("topics")
                .toString())
        .isEqualTo("[\"a\",\"b\"]");
  }

  @Test
  void theSameRefAndContentGetTheFirstReplyAgain() {
    String draft = "{\"to\":[\"everyone\"],\"title\":\"once\",\"ref\":\"r-1\"}";
    Wire.Answer first = hub.publish(all("carol"), draft);
    Wire.Answer second = hub.publish(all("carol"), draft);
    assertThat(second.status()).isEqualTo(201);
    assertThat(second.body()).isEqualTo(first.body());
    Wire.Answer other = hub.publish(all("carol"), draft.replace("once", "twice"));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.problem()).isEqualTo("ref-conflict");
    assertThat(other.field()).isEqualTo("ref");
    assertThat(hub.publish(all("dave"), draft).body()).isNotEqualTo(first.body());
  }

  @Test
  void theIdempotencyKeyIsTheRefOfASingleNotification() {
    String keyed = post(all("carol"), "application/json\r\nIdempotency-Key: k-1", SMALL);
    Wire.Answer first = hub.call(keyed);
    assertThat(first.status()).isEqualTo(201);
    assertThat(hub.call(keyed).body()).isEqualTo(first.body());
    assertThat(hub.publish(all("carol"), SMALL.replace("}", ",\"ref\":\"k-1\"}")).body())
        .isEqualTo(first.body());

    for (String body : new String[] {"[" + SMALL + "]", SMALL.replace("}", ",\"ref\":\"x\"}")}) {
      Wire.Answer refused =
          hub.call(post(all("carol"), "application/json\r\nIdempotency-Key: k-1", body));
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.field()).isEqualTo("Idempotency-Key");
    }
    assertThat(
            hub.call(post(all("carol"), "application/x-ndjson\r\nIdempotency-Key: k-1", SMALL))
                .status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/json; charset=iso-8859-1",
        "application/json\r\nContent-Encoding: gzip",
        "",
      })
  void otherMediaTypesAreRefused(String type) {
    Wire.Answer answer = hub.call(post(all("alice"), type, SMALL));
    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.problem()).isEqualTo("unsupported-media-type");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json", "APPLICATION/JSON;charset=\"UTF-8\"", "application/json;a=b"})
  void jsonInUtf8IsTaken(String type) {
    assertThat(hub.call(post(all("alice"), type, SMALL)).status()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"to\":[\"everyone\"]             | invalid-request",
        "``                                 | invalid-request",
        "{\"to\":[\"everyone\"],\"title\":\"a\",\"title\":\"b\"} | invalid-request",
        "\"text\"                           | invalid-notification",
        "{\"to\":[\"everyone\"],\"title\":5} | invalid-notification",
        "{\"to\":[\"everyone\"],\"title\":\"a\",\"colour\":1} | invalid-notification",
        "{\"to\":[\"user:a\\u0000b\"],\"title\":\"a\"} | invalid-notification",
        "{\"to\":[\"everyone\"],\"title\":\"a\",\"type\":\"a\\rb\"} | invalid-notification",
        "{\"to\":[\"everyone\"],\"title\":\"a\",\"type\":\"a\\nb\"} | invalid-notification",
        "{\"to\":[\"everyone\"],\"title\":\"a\",\"type\":\"a\\u0000b\"} | invalid-notification",
        "{\"to\":[\"everyone\"],\"title\":\"a\",\"source\":\"a\\nb\"} | invalid-notification",
        "{\"to\":[\"everyone\"],\"title\":\"a\",\"time\":\"+10000-01-01T00:00:00Z\"} | invalid-notification",
        "{\"to\":[\"everyone\"],\"title\":\"a\",\"link\":\"javascript:alert(1)\"} | invalid-notification",
      })
  void whatIsWrongIsToldAndNothingIsStored(String body, String problem) {
    long before = hub.hub.log().end();
    Wire.Answer answer = hub.publish(all("alice"), body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.problem()).isEqualTo(problem);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(hub.hub.log().end()).isEqualTo(before);
  }

  @Test
  void aProblemHasItsFieldsInTheProtocolsOrder() {
    assertThat(hub.publish(all("alice"), "{\"to\":[\"everyone\"],\"title\":\"\"}").body())
        .isEqualTo(
            "{\"type\":\"urn:tidings:problem:invalid-notification\",\"title\":\"Invalid"
                + " notification\",\"status\":400,\"detail\":\"title: 0 characters (expected 1 to"
                + " 300)\",\"field\":\"title\"}");
  }

  @Test
  void aBodyOverTheLimitIsRefusedAfterCredentialsAndMediaType() {
    String large = "{\"a\":\"" + "x".repeat(RunningHub.BODY_BYTES_MAX) + "\"}";
    assertThat(hub.publish(all("alice"), large).status()).isEqualTo(413);
    assertThat(hub.call(post(null, "application/json", large)).status()).isEqualTo(401);
    assertThat(hub.call(post(all("alice"), "text/plain", large)).status()).isEqualTo(415);
    String chunk = "1000\r\n" + " ".repeat(0x1000) + "\r\n";
    String chunks =
        post(all("alice"), "application/json\r\nTransfer-Encoding: chunked", "")
                .replace("Content-Length: 0\r\n", "")
            + chunk.repeat(30);
    assertThat(hub.call(chunks).status()).isEqualTo(413);
  }

  @Test
  void aVeryLargeBodyStillGetsItsAnswer() {
    String large = " ".repeat(4 << 20);
    Wire.Answer answer = hub.publish(all("alice"), large);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.problem()).isEqualTo("too-large");
    assertThat(answer.header("Connection")).isEqualTo("close");
  }

  @Test
  void withoutAValidTokenNothingIsPublished() {
    Wire.Answer none = hub.call(post(null, "application/json", SMALL));
    assertThat(none.status()).isEqualTo(401);
    assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer");
    Wire.Answer wrong = hub.call(post(all("alice") + "x", "application/json", SMALL));
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    assertThat(wrong.body()).doesNotContain(all("alice").substring(0, 10));
  }

  @Test
  void aBodyInPiecesIsOneBody() {
    try (Wire wire = hub.wire()) {
      String request = post(all("alice"), "application/json", SMALL);
      int half = request.length() - 10;
      wire.send(request.substring(0, half));
      wire.send(request.substring(half, half + 5)).send(request.substring(half + 5));
      assertThat(wire.answer().status()).isEqualTo(201);
    }
  }

  @Test
  void onlyItsPublisherWithdrawsANotification() {
    Wire.Answer published = hub.publish(all("alice"), "{\"to\":[\"topic:t.a\"],\"title\":\"Hi\"}");
    String path = requireNonNull(published.header("Location"));
    assertThat(hub.call(request("DELETE", path, token("eve", "", ""))).status()).isEqualTo(404);
    assertThat(hub.call(request("DELETE", path, all("bob"))).status()).isEqualTo(403);
    assertThat(hub.call(request("DELETE", path, null)).status()).isEqualTo(401);
    assertThat(hub.call(request("DELETE", path, all("alice"))).status()).isEqualTo(204);
    assertThat(hub.call(request("DELETE", path, all("alice"))).status()).isEqualTo(404);
    assertThat(hub.get(path, all("alice")).status()).isEqualTo(404);
  }
}
