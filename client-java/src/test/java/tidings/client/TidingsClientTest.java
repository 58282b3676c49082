package tidings.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tidings.client.Inbox.Mark;
import tidings.client.Preferences.Follow;
import tidings.client.Preferences.Mute;
import tidings.client.Preferences.Quiet;

@Timeout(30)
final class TidingsClientTest {
  private static final String RECEIPT = "{\"id\":\"i\",\"cursor\":\"epochabc.1\"}";
  private static final String FULL =
      "{\"type\":\"urn:tidings:problem:overloaded\",\"title\":\"Overloaded\",\"status\":503}";
  private static final String DOUBT =
      "{\"type\":\"urn:tidings:problem:outcome-unknown\",\"title\":\"Unknown\",\"status\":500}";
  private static final Draft DRAFT = Draft.of("t", "everyone");

  private ScriptedHub hub;
  private TidingsClient client;

  @BeforeEach
  void open() throws IOException {
    hub = new ScriptedHub();
    client = TidingsClient.builder(hub.url()).retryFor(Duration.ofSeconds(5)).build();
  }

  @AfterEach
  void close() {
    client.close();
    hub.close();
  }

  @Test
  void aDraftIsSentWithTheFieldsItHas() throws Exception {
    hub.answer(201, RECEIPT);
    Receipt receipt =
        client.publish(
            Draft.of("Größe", "topic:a.b", "user:x")
                .level(Level.WARNING)
                .data(Map.of("n", 1))
                .expires(Instant.parse("2027-01-01T00:00:00Z"))
                .onlyActive());

    assertThat(receipt).isEqualTo(new Receipt("i", "epochabc.1"));
    assertThat(bodies())
        .containsExactly(
            "{\"to\":[\"topic:a.b\",\"user:x\"],\"title\":\"Größe\",\"level\":\"warning\","
                + "\"data\":{\"n\":1},\"expires\":\"2027-01-01T00:00:00Z\",\"onlyActive\":true}");
  }

  @Test
  void manyAreOneRequest() throws Exception {
    hub.answer(201, "[" + RECEIPT + "," + RECEIPT + "]");

    assertThat(client.publish(List.of(DRAFT, DRAFT.ref("r")))).hasSize(2);
    assertThat(bodies())
        .containsExactly(
            "[{\"to\":[\"everyone\"],\"title\":\"t\"},{\"to\":[\"everyone\"],\"title\":\"t\",\"ref\":\"r\"}]");
    assertThatThrownBy(() -> client.publish(Collections.nCopies(1_001, DRAFT)))
        .hasMessage("1001 drafts (expected 1 to 1000)");
  }

  @Test
  void whatCertainlyWasNotStoredIsTriedAgain() throws Exception {
    hub.answer(503, FULL).answer(429, FULL, "1").answer(201, RECEIPT);

    assertThat(client.publish(DRAFT).id()).isEqualTo("i");
    assertThat(hub.asked()).hasSize(3);
  }

  @Test
  void whatIsInDoubtIsTriedAgainOnlyWithARef() throws Exception {
    hub.answer(500, DOUBT);
    assertThatThrownBy(() -> client.publish(DRAFT)).isInstanceOf(ProblemException.class);
    hub.answer(500, DOUBT);
    assertThatThrownBy(() -> client.publish(List.of(DRAFT, DRAFT.ref("r"))))
        .isInstanceOf(ProblemException.class);
    assertThat(hub.asked()).hasSize(2);

    hub.answer(500, DOUBT).answer(201, RECEIPT);
    assertThat(client.publish(DRAFT.ref("r")).id()).isEqualTo("i");
  }

  @Test
  void whatAProxySaysLeavesItInDoubt() throws Exception {
    hub.answer(503, "<html>");
    assertThatThrownBy(() -> client.publish(DRAFT)).isInstanceOf(ProblemException.class);
    assertThat(hub.asked()).hasSize(1);

    hub.answer(503, "{\"type\":\"about:blank\",\"title\":\"Busy\"}").answer(404, "<html>");
    hub.answer(201, RECEIPT);
    assertThat(client.publish(DRAFT.ref("r")).id()).isEqualTo("i");
  }

  @Test
  void aRefusalIsNotTriedAgain() {
    hub.answer(
        403,
        "{\"type\":\"urn:tidings:problem:forbidden\",\"title\":\"Not allowed\",\"status\":403,\"detail\":\"d\"}");

    assertThatThrownBy(() -> client.publish(DRAFT.ref("r")))
        .hasMessage(hub.url() + " answered 403: Not allowed: d");
    assertThat(hub.asked()).hasSize(1);
  }

  @Test
  void aWaitThatIsTooLongIsNotWaited() {
    hub.answer(503, FULL, "6");

    assertThatThrownBy(() -> client.publish(DRAFT))
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused -> assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(6)));
  }

  @Test
  void noWaitAtAllIsNotKeptEither() {
    for (int i = 0; i < 5; i++) {
      hub.answer(503, FULL, "0");
    }
    try (TidingsClient brief =
        TidingsClient.builder(hub.url()).retryFor(Duration.ofMillis(400)).build()) {
      assertThatThrownBy(() -> brief.publish(DRAFT)).isInstanceOf(ProblemException.class);
    }
    assertThat(hub.asked()).hasSizeBetween(2, 3);
  }

  @Test
  void aHubThatIsNotThereIsNamed() {
    try (TidingsClient nobody =
        TidingsClient.builder(URI.create("http://127.0.0.1:1/")).retryFor(Duration.ZERO).build()) {
      assertThatThrownBy(() -> nobody.publish(DRAFT)).hasMessage("can't reach http://127.0.0.1:1");
    }
  }

  @Test
  void whatIsNoHubIsSaid() {
    hub.answer(404, "<html>").answer(200, "<html>");

    assertThatThrownBy(() -> client.inbox().summary())
        .hasMessageEndingWith("answered 404: not a hub's answer");
    assertThatThrownBy(() -> client.inbox().summary()).hasMessageStartingWith("no hub's answer");
  }

  @Test
  void anAnswerThatStopsIsNotWaitedFor() throws Exception {
    try (TidingsClient hasty = hasty(hub.url())) {
      hub.stalled(200, "{").stalled(502, "{");
      assertThatThrownBy(() -> hasty.inbox().summary()).hasMessage(hub.url() + " does not answer");
      assertThatThrownBy(() -> hasty.publish(DRAFT)).hasMessage(hub.url() + " does not answer");
    }
  }

  @Test
  void anAnswerWithoutEndIsNotReadToIt() {
    hub.endless(502).endless(200);

    assertThatThrownBy(() -> client.inbox().summary())
        .hasMessageEndingWith("answered 502: not a hub's answer");
    assertThatThrownBy(() -> client.inbox().summary()).hasMessageStartingWith("no hub's answer");
  }

  @Test
  void aTokenThatIsNoneIsNotRepeated() {
    try (TidingsClient wrong =
        TidingsClient.builder(hub.url()).token(() -> "secret\r\nX: y").build()) {
      assertThatThrownBy(() -> wrong.inbox().summary())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void aUrlThatIsNoneIsRefused() {
    assertThatThrownBy(() -> TidingsClient.builder(URI.create("hub:8080")))
        .hasMessage("\"hub:8080\" (expected a URL like https://hub.example.org)");
  }

  @Test
  void anInboxIsListedByItsFilter() throws Exception {
    hub.answer(
        200,
        "{\"items\":[{\"cursor\":\"e.42\",\"state\":\"unread\",\"reason\":\"topic:shop.#\","
            + "\"firstTime\":\"2026-11-21T09:00:00.123Z\",\"notification\":{\"id\":\"n\","
            + "\"time\":\"2026-11-21T09:00:00.123Z\",\"level\":\"info\",\"title\":\"t\"}}],"
            + "\"cursor\":\"e.42\",\"more\":true,\"rev\":41}");
    InboxFilter filter =
        InboxFilter.none().state(InboxItem.State.UNREAD).topic("shop.#").text("order 42");
    InboxPage page = client.inbox().page(filter, "e.50", 10);

    assertThat(page.more()).isTrue();
    assertThat(page.indexed()).isNull();
    assertThat(page.items())
        .singleElement()
        .satisfies(item -> {
          assertThat(item.state()).isEqualTo(InboxItem.State.UNREAD);
          assertThat(item.firstTime()).isEqualTo(item.notification().time());
        });
    assertThat(calls())
        .containsExactly(
            "GET /v1/inbox?state=unread&topic=shop.%23&q=order+42&before=e.50&limit=10");
  }

  @Test
  void marksAreMade() throws Exception {
    for (int rev = 1; rev <= 4; rev++) {
      hub.answer(200, "{\"rev\":" + rev + (rev == 1 ? ",\"missing\":[\"b\"]}" : "}"));
    }
    Inbox inbox = client.inbox();

    assertThat(inbox.mark(Mark.NOT_ARCHIVED, List.of("a", "b")))
        .isEqualTo(new Marked(1, List.of("b")));
    assertThat(inbox.seen("e.1")).isEqualTo(new Marked(2, List.of()));
    inbox.readAll(InboxFilter.none().source("CI"), "e.2");
    assertThat(inbox.archiveAll(InboxFilter.none(), "e.3").rev()).isEqualTo(4);
    assertThat(calls())
        .containsExactly(
            "PATCH /v1/inbox",
            "POST /v1/inbox/seen",
            "POST /v1/inbox/read?source=CI",
            "POST /v1/inbox/archive");
    assertThat(bodies().get(0)).contains("\"archived\":false", "\"ids\":[\"a\",\"b\"]");
    assertThat(bodies().get(3)).isEqualTo("{\"upTo\":\"e.3\"}");
  }

  @Test
  void preferencesAreReplacedAsTheyAreGiven() throws Exception {
    String saved =
        "{\"follows\":[{\"topic\":\"shop.#\",\"since\":\"e.17\"}],\"mutes\":[{\"type\":\"push\"}],"
            + "\"quiet\":{\"from\":\"22:00\",\"to\":\"07:00\",\"zone\":\"Europe/Berlin\"},\"rev\":41}";
    hub.answer(200, "{\"mutes\":[],\"rev\":0}").answer(200, saved);

    assertThat(client.preferences()).isEqualTo(new Preferences(null, List.of(), null, 0L));
    Preferences wanted =
        new Preferences(
            List.of(Follow.of("shop.#")),
            List.of(new Mute(null, "push", null, null)),
            new Quiet("22:00", "07:00", "Europe/Berlin"),
            null);
    assertThat(client.save(wanted).rev()).isEqualTo(41);
    assertThat(bodies().get(1))
        .isEqualTo(saved.replace(",\"since\":\"e.17\"", "").replace(",\"rev\":41", ""));
  }

  @Test
  void whoListensIsAsked() throws Exception {
    String page =
        "{\"items\":[{\"user\":\"alice\",\"streams\":2,\"since\":\"2026-11-21T09:00:00.123Z\"}],\"more\":false}";
    hub.answer(200, page).answer(200, page);

    assertThat(client.present("topic:a", "aaron").items()).hasSize(1);
    client.present(List.of("alice", "bob"));
    assertThat(client.present(List.of()).items()).isEmpty(); // and not everyone
    assertThat(calls())
        .containsExactly(
            "GET /v1/presence?to=topic%3Aa&after=aaron", "GET /v1/presence?user=alice&user=bob");
  }

  @Test
  void whatIsWithdrawnIsNamed() throws Exception {
    hub.answer(204, "");
    client.withdraw("a/b");

    assertThat(calls()).containsExactly("DELETE /v1/notifications/a%2Fb");
  }

  /** One that waits for answers for a moment only. */
  static TidingsClient hasty(URI hub) {
    return TidingsClient.builder(hub).answerMax(Duration.ofMillis(500)).build();
  }

  private List<String> bodies() {
    return hub.asked().stream().map(ScriptedHub.Asked::body).toList();
  }

  private List<String> calls() {
    return hub.asked().stream().map(ScriptedHub.Asked::call).toList();
  }
}
