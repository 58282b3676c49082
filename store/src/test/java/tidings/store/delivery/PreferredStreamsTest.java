package tidings.store.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.delivery.Interest;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscriber;
import tidings.core.filter.Filter;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Preferences;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.TopicPattern;

/** protocol/preferences.md, "Reading without to": what streams and pages carry. */
class PreferredStreamsTest {
  private static final String ALICE = "alice";

  @TempDir Path folder;
  private World world;

  @BeforeEach
  void open() {
    world = World.calm(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static Mute topic(String pattern) {
    return new Mute.OfTopic(TopicPattern.of(pattern), null);
  }

  private static Mute type(String pattern) {
    return new Mute.OfType(TopicPattern.of(pattern), null);
  }

  private static Mute source(String pattern) {
    return new Mute.OfSource(Filter.SourcePattern.of(pattern), null);
  }

  private Reader connected(List<String> asked, String... granted) {
    Reader reader = new Reader(ALICE, new Reader.Wish(ALICE, asked, List.of(granted), 0));
    world.connect(reader, new Start.Latest());
    return reader;
  }

  private static Draft to(String... addresses) {
    return Draft.to(Stream.of(addresses).map(Address::of).toList(), "t").build();
  }

  private static Draft of(String address, String type, String source) {
    return Draft.to(List.of(Address.of(address)), "t").type(type).source(source).build();
  }

  private List<Long> got(Reader reader) {
    world.settle();
    return reader.positions();
  }

  private List<Long> history(Reader reader) {
    Preferences saved = world.inboxes().enter(ALICE).join().preferences().at(world.time.instant());
    Interest interest = Interest.of(World.caller(reader), World.filter(reader.wish), saved);
    return world.history().after(interest, new Start.Earliest(), 500).items().stream()
        .map(Entry::position)
        .toList();
  }

  @Test
  void aSavedListSaysWhatAStreamCarries() {
    world.save(ALICE, List.of("a.#", "d"));
    Reader reader = connected(List.of(), "topic:#");
    assertThat(reader.to).containsExactly("everyone", "user:alice", "topic:a.#", "topic:d");
    world.publish(
        List.of(to("topic:a"), to("topic:b"), to("topic:d"), to("everyone"), to("user:alice")));
    assertThat(got(reader)).containsExactly(1L, 3L, 4L, 5L);
    assertThat(history(reader)).containsExactly(1L, 3L, 4L, 5L);
  }

  @Test
  void anEmptyListCarriesNoTopicsAndNoneAllThatAreGranted() {
    world.save(ALICE, List.of());
    assertThat(connected(List.of(), "topic:#").to).containsExactly("everyone", "user:alice");
    world.save(ALICE, null);
    assertThat(connected(List.of(), "topic:b.#", "user:*").to)
        .containsExactly("everyone", "user:alice", "topic:b.#");
  }

  @Test
  void grantsAlwaysWin() {
    world.save(ALICE, List.of("#"));
    Reader some = connected(List.of(), "topic:a", "topic:b.#");
    Reader none = connected(List.of());
    assertThat(some.to).containsExactly("everyone", "user:alice", "topic:a", "topic:b.#");
    world.publish(List.of(to("topic:a"), to("topic:b.c"), to("topic:c"), to("user:bob")));
    assertThat(got(some)).containsExactly(1L, 2L);
    assertThat(got(none)).isEmpty();
    world.save(ALICE, List.of("c", "b.*", "*.c"));
    world.publish(List.of(to("topic:c"), to("topic:b.c"), to("topic:a.c"), to("topic:a")));
    assertThat(got(some)).containsExactly(6L);
    assertThat(got(none)).isEmpty();
  }

  @Test
  void aMutedTopicHidesWhatComesByItAlone() {
    world.save(ALICE, null, topic("a.#"));
    Reader reader = connected(List.of(), "topic:#");
    world.publish(
        List.of(
            to("topic:a.b"),
            to("topic:a.b", "topic:c"),
            to("topic:a.b", "user:alice"),
            to("topic:a.b", "everyone"),
            to("topic:c")));
    assertThat(got(reader)).containsExactly(2L, 3L, 4L, 5L);
    assertThat(history(reader)).containsExactly(2L, 3L, 4L, 5L);
    Reader replayed = new Reader("replayed", reader.wish);
    world.connect(replayed, new Start.Earliest());
    assertThat(got(replayed)).containsExactly(2L, 3L, 4L, 5L);
  }

  @Test
  void aMutedTypeOrSourceHidesDirectOnesToo() {
    world.save(ALICE, null, type("ci.#"), source("Jenkins*"));
    Reader reader = connected(List.of(), "topic:#");
    world.publish(
        List.of(
            of("user:alice", "ci.failed", "GitHub"),
            of("user:alice", "push", "Jenkins main"),
            of("user:alice", "push", "GitHub"),
            to("user:alice")));
    assertThat(got(reader)).containsExactly(3L, 4L);
    assertThat(history(reader)).containsExactly(3L, 4L);
  }

  @Test
  void mutesAndFollowsCountOnlyWithoutAddresses() {
    world.save(ALICE, List.of(), topic("#"), type("push"));
    Reader reader = connected(List.of("topic:a"), "topic:#");
    world.publish(List.of(of("topic:a", "push", "x")));
    assertThat(got(reader)).containsExactly(1L);
    assertThat(history(reader)).containsExactly(1L);
  }

  @Test
  void aChangeCountsFromItsAnswerOn() {
    Reader reader = connected(List.of(), "topic:#");
    world.settle();
    world.publish(List.of(to("topic:a"))); // the loop has yet to look
    world.save(ALICE, null, topic("a"));
    world.publish(List.of(to("topic:a"), to("topic:b"))); // which it finds with the one before
    assertThat(got(reader)).doesNotContain(2L).contains(3L);

    world.save(ALICE, List.of("a"));
    world.publish(List.of(to("topic:a"), to("topic:b")));
    world.save(ALICE, null);
    world.publish(List.of(to("topic:b")));
    assertThat(got(reader)).contains(6L);
  }

  @Test
  void aChangeDuringAPassLosesNothingAndRepeatsNothing() {
    List<Reader> crowd = Stream.generate(() -> connected(List.of(), "topic:#")).limit(600).toList();
    world.settle();
    world.publish(List.of(to("topic:a"), to("topic:b")));
    world.loop.turn(); // a slice of the pass
    world.save(ALICE, List.of("b"));
    world.publish(List.of(to("topic:b"), to("topic:a")));
    world.settle();
    for (Reader reader : crowd) {
      assertThat(reader.positions()).isIn(List.of(1L, 2L, 3L), List.of(2L, 3L));
    }
  }

  @Test
  void theEndOfAMuteIsNoticedWithinTwoSeconds() {
    world.save(
        ALICE,
        null,
        new Mute.OfTopic(TopicPattern.of("a"), world.time.instant().plusSeconds(60)),
        new Mute.OfTopic(TopicPattern.of("b"), world.time.instant().plusSeconds(90)));
    Reader reader = connected(List.of(), "topic:#");
    world.pass(Duration.ofSeconds(59));
    world.settle();
    world.publish(List.of(to("topic:a")));
    assertThat(got(reader)).isEmpty();
    world.pass(Duration.ofSeconds(2));
    world.settle();
    world.publish(List.of(to("topic:a"), to("topic:b")));
    assertThat(got(reader)).containsExactly(2L);
    world.pass(Duration.ofSeconds(30));
    world.settle();
    world.publish(List.of(to("topic:b")));
    assertThat(got(reader)).containsExactly(4L);
  }

  @Test
  void aConnectionThatAsksForAddressesIsOneWithThemFromThenOn() {
    world.save(ALICE, null, topic("a"));
    Reader reader = new Reader(ALICE, new Reader.Wish(ALICE, List.of(), List.of("topic:#"), 0));
    Subscriber subscriber = world.connect(reader, new Start.Latest());
    var _ =
        subscriber.change(World.filter(new Reader.Wish(ALICE, List.of("topic:a"), List.of(), 0)));
    world.publish(List.of(to("topic:a")));
    assertThat(got(reader)).containsExactly(1L);
    world.save(ALICE, List.of("b"), topic("a"));
    world.publish(List.of(to("topic:a"), to("topic:b")));
    assertThat(got(reader)).containsExactly(2L);
  }

  @Test
  void aRenewedConnectionKeepsThePreferences() {
    world.save(ALICE, List.of("a", "b"), topic("a"));
    Reader reader = new Reader(ALICE, new Reader.Wish(ALICE, List.of(), List.of("topic:#"), 0));
    Subscriber subscriber = world.connect(reader, new Start.Latest());
    Reader.Wish narrower = new Reader.Wish(ALICE, List.of(), List.of("topic:a", "topic:b"), 0);
    var _ = subscriber.renew(World.caller(new Reader("renewed", narrower)), World.filter(narrower));
    world.publish(List.of(to("topic:a"), to("topic:b"), to("topic:c")));
    assertThat(got(reader)).containsExactly(2L);
  }

  @Test
  void preferencesOfOthersChangeNothing() {
    Reader reader = connected(List.of(), "topic:#");
    world.save("bob", List.of(), topic("#"), type("#"));
    world.publish(List.of(to("topic:a")));
    assertThat(got(reader)).containsExactly(1L);
  }
}
