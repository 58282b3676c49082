package tidings.store.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.delivery.Dispatcher;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscriber;
import tidings.core.inbox.Person;
import tidings.core.inbox.Summary;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Draft;

/** protocol/inbox.md, "Revisions and the inbox event": what streams are told of their inbox. */
class InboxEventsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

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

  private static Reader of(String user) {
    return new Reader(user, new Reader.Wish(user, List.of(), List.of("topic:#"), 0));
  }

  /** A stream that has heard how its inbox stood at its opening. */
  private Reader opened(String user) {
    Reader reader = of(user);
    world.connect(reader, new Start.Latest());
    hears(reader, 1);
    return reader;
  }

  private Summary hears(Reader reader, int count) {
    world.runUntil(() -> reader.summaries.size() >= count);
    assertThat(reader.summaries).hasSize(count);
    return reader.summaries.getLast();
  }

  private void publish(Address to, int count) {
    world.publish(Collections.nCopies(count, Draft.to(List.of(to), "t").build()));
    world.settle();
  }

  @Test
  void aStreamIsToldAfterHelloAndNothingWaitsForIt() {
    opened("alice"); // who begins here
    publish(Address.user("alice"), 2);
    publish(Address.EVERYONE, 3);
    Reader filtered =
        new Reader("x", new Reader.Wish("alice", List.of("topic:x"), List.of("topic:#"), 0));
    world.connect(filtered, new Start.Latest());
    assertThat(filtered.to).containsExactly("topic:x");
    assertThat(filtered.summaries).isEmpty();
    Summary summary = hears(filtered, 1);
    assertThat(summary.unread()).isEqualTo(5);
    assertThat(summary.cursor().position()).isEqualTo(world.end());
  }

  @Test
  void anArrivalSendsNone() {
    Reader alice = opened("alice");
    publish(Address.user("alice"), 3);
    world.pass(SECOND);
    world.settle();
    assertThat(alice.positions()).hasSize(3);
    assertThat(alice.summaries).hasSize(1);
  }

  @Test
  void everyDeviceHearsOfAMarkAndNobodyElse() {
    ManualLoop otherLoop = new ManualLoop();
    Reader phone = of("alice");
    world.connect(phone, new Start.Latest(), world.dispatcher(otherLoop));
    World.soon()
        .until(() -> {
          otherLoop.turn();
          return phone.summaries.size() == 1;
        });
    Reader page = opened("alice");
    Reader bob = opened("bob");
    publish(Address.EVERYONE, 2);
    world.pass(SECOND);
    otherLoop.advance(SECOND.toNanos());

    long rev = world.markAllRead("alice");
    assertThat(hears(page, 2).rev()).isEqualTo(rev);
    assertThat(page.summaries.getLast().unread()).isZero();
    World.soon()
        .until(() -> {
          otherLoop.turn();
          return phone.summaries.size() == 2;
        });
    assertThat(phone.summaries.getLast()).isEqualTo(page.summaries.getLast());
    world.pass(SECOND);
    world.settle();
    assertThat(bob.summaries).hasSize(1);
  }

  @Test
  void preferencesSendOne() {
    Reader alice = opened("alice");
    world.pass(SECOND);
    long rev = world.save("alice", List.of("a"));
    assertThat(hears(alice, 2).rev()).isEqualTo(rev);
  }

  @Test
  void aWithdrawalSendsOneToThoseWhomItConcerned() {
    Reader alice = opened("alice");
    Reader bob = opened("bob");
    publish(Address.user("alice"), 2);
    world.pass(SECOND);
    world.withdraw(world.notWithdrawn().getFirst());
    Summary summary = hears(alice, 2);
    assertThat(summary.unread()).isEqualTo(1);
    assertThat(summary.rev()).isZero();
    world.pass(SECOND);
    world.settle();
    assertThat(bob.summaries).hasSize(1);
  }

  @Test
  void atMostOneASecondGoesToAStreamAndTheLastStateIsSent() {
    Reader alice = opened("alice");
    world.pass(SECOND);
    for (int i = 0; i < 20; i++) {
      publish(Address.EVERYONE, 1);
      world.markAllRead("alice");
      world.settle();
    }
    hears(alice, 2);
    world.settle();
    world.pass(SECOND.minusMillis(2));
    world.settle();
    assertThat(alice.summaries).hasSize(2);
    world.pass(Duration.ofMillis(2));
    assertThat(hears(alice, 3).rev()).isEqualTo(20);
    world.pass(SECOND);
    world.settle();
    assertThat(alice.summaries).hasSize(3);
  }

  @Test
  void aTickTellsTheRevisionSoThatALostEventHeals() {
    Reader alice = opened("alice");
    Reader stranger = Reader.ofAll("stranger");
    world.connect(stranger, new Start.Latest());
    publish(Address.EVERYONE, 1);
    long rev = world.markAllRead("alice");
    hears(alice, 1); // the next one may be lost
    world.pass(World.HEARTBEAT.plusSeconds(2));
    world.runUntil(() -> !stranger.ticks.isEmpty());
    world.pass(World.HEARTBEAT.plusSeconds(2));
    world.runUntil(() -> !alice.ticks.isEmpty());
    assertThat(alice.rev).hasValue(rev);
    assertThat(stranger.rev).isEmpty();
  }

  @Test
  void whoTakesNothingNowHearsLater() {
    Reader alice = of("alice");
    alice.credit = 0;
    world.connect(alice, new Start.Latest());
    Reader other = opened("alice"); // their inbox was counted, for both
    world.settle();
    assertThat(alice.summaries).isEmpty();
    alice.credit = 1;
    world.pass(SECOND);
    assertThat(hears(alice, 1)).isEqualTo(other.summaries.getFirst());
  }

  @Test
  void whatIsCountedIsWhatTheStreamsCredentialsMayRead() {
    world.save("alice", List.of("a", "b"));
    Reader wide = of("alice");
    Reader narrow =
        new Reader("narrow", new Reader.Wish("alice", List.of(), List.of("topic:a"), 0));
    world.publish(
        List.of(
            Draft.to(List.of(Address.topic("a")), "t").build(),
            Draft.to(List.of(Address.topic("b")), "t").build()));
    world.connect(wide, new Start.Latest());
    world.connect(narrow, new Start.Latest());
    assertThat(hears(wide, 1).unread()).isEqualTo(2);
    assertThat(hears(narrow, 1).unread()).isEqualTo(1);
  }

  @Test
  void whoIsGoneByThenIsToldNothing() {
    Reader left = of("alice");
    Subscriber leaving = world.connect(left, new Start.Latest());
    leaving.leave();
    Reader taken = of("bob");
    world.connect(taken, new Start.Latest());
    world.validity.add("bob"); // while it is counted
    Reader carol = opened("carol");
    assertThat(carol.summaries).hasSize(1);
    world.runUntil(() -> taken.ended != null);
    assertThat(taken.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
    assertThat(taken.summaries).isEmpty();
    assertThat(left.summaries).isEmpty();
  }

  @Test
  void manyStreamsOfAUserAreToldInSlices() {
    List<Reader> crowd =
        Collections.nCopies(600, "alice").stream().map(InboxEventsTest::of).toList();
    crowd.forEach(reader -> world.connect(reader, new Start.Latest()));
    world.runUntil(() -> crowd.stream().allMatch(reader -> reader.summaries.size() == 1));
    requireNonNull(crowd.getFirst().subscriber).leave();
    world.pass(SECOND);
    publish(Address.EVERYONE, 1);
    world.markAllRead("alice");
    world.runUntil(() -> crowd.stream().skip(1).allMatch(reader -> reader.summaries.size() == 2));
    assertThat(crowd.getFirst().summaries).hasSize(1);
  }

  /** Many come back at once, and the store is slow to count for their streams. */
  @Test
  void nobodyWaitsForWhatIsCountedForStreams() {
    List<String> early = IntStream.range(0, 256).mapToObj(i -> "early" + i).toList();
    List<String> late = IntStream.range(0, 256).mapToObj(i -> "late" + i).toList();
    enter(early);
    enter(late);
    world.restart(); // nobody's row is known
    Dispatcher other = world.dispatcher(new ManualLoop());
    enter(early);
    Semaphore counts = new Semaphore(0);
    world.atCount = counts::acquireUninterruptibly;
    try {
      for (int i = 0; i < early.size(); i++) {
        world.connect(
            of(early.get(i)), new Start.Latest(), i % 2 == 0 ? world.dispatcher() : other);
      }
      World.soon().until(counts::hasQueuedThreads); // the first, and others wait
      CompletableFuture<Void> entered = entering(late);
      counts.release();
      World.soon().until(entered::isDone);
    } finally {
      counts.release(1_000_000);
    }
  }

  private void enter(List<String> users) {
    entering(users).join();
  }

  private CompletableFuture<Void> entering(List<String> users) {
    return CompletableFuture.allOf(
        users.stream().map(world.inboxes()::enter).toArray(CompletableFuture<?>[]::new));
  }

  /** Their preferences could not be read when it was opened. */
  @Test
  void aStreamThatKnewNoPreferencesLearnsThem() {
    world.save("alice", List.of("a"));
    Reader alice = of("alice");
    world.connect(alice, new Start.Latest(), world.dispatcher(), Person.begins(0, "alice", 0));
    assertThat(alice.to).contains("topic:#");
    hears(alice, 1);
    world.publish(
        List.of(
            Draft.to(List.of(Address.topic("b")), "t").build(),
            Draft.to(List.of(Address.topic("a")), "t").build()));
    world.settle();
    assertThat(alice.positions()).containsExactly(2L);
  }

  @Test
  void itLearnsThemAlsoIfTheyAreStillBeingReadByThen() {
    world.save("alice", List.of("a"));
    world.restart(); // nobody's row is known
    world.peopleAreUnreadable = true;
    world.atCount = () -> world.peopleAreUnreadable = false;
    Reader alice = of("alice");
    Subscriber subscriber =
        world.connect(alice, new Start.Latest(), world.dispatcher(), Person.begins(0, "alice", 0));
    assertThat(alice.to).contains("topic:#");
    world.runUntil(() -> !subscriber.to().contains(AddressPattern.of("topic:#")));
    assertThat(subscriber.to()).contains(AddressPattern.of("topic:a"));
  }

  /** Between the reading of the user's row and the opening, when there was no stream to tell. */
  @Test
  void aStreamKnowsOfWhatWasSavedWhileItWasOpened() {
    Person before = world.inboxes().enter("alice").join();
    world.settle();
    long rev = world.save("alice", List.of("a"));
    Reader alice = of("alice");
    Subscriber subscriber = world.connect(alice, new Start.Latest(), world.dispatcher(), before);
    assertThat(subscriber.to()).doesNotContain(AddressPattern.of("topic:#"));
    assertThat(hears(alice, 1).rev()).isEqualTo(rev);
  }

  @Test
  void whatSomebodyErasedHadSavedIsNotOfWhoComesAfterThem() {
    world.save("alice", List.of("a"));
    world.erase("alice");
    world.settle();
    Subscriber subscriber = world.connect(of("alice"), new Start.Latest());
    world.settle();
    assertThat(subscriber.to()).contains(AddressPattern.of("topic:#"));
  }

  @Test
  void aLoopWithoutStreamsOfTheUserIsNotWoken() {
    ManualLoop otherLoop = new ManualLoop();
    Reader bob = of("bob");
    world.connect(bob, new Start.Latest(), world.dispatcher(otherLoop));
    opened("alice");
    World.soon().until(() -> !otherLoop.runOne() && !bob.summaries.isEmpty());
    world.markAllRead("alice");
    world.save("alice", List.of());
    assertThat(otherLoop.runOne()).isFalse();
  }

  @Test
  void whatWasCountedByAnOldGrantIsNotToldAfterARenewal() {
    world.save("alice", List.of("a", "b"));
    world.publish(
        List.of(
            Draft.to(List.of(Address.topic("a")), "t").build(),
            Draft.to(List.of(Address.topic("b")), "t").build()));
    Reader alice = of("alice");
    alice.credit = 0;
    Subscriber subscriber = world.connect(alice, new Start.Latest());
    assertThat(opened("alice").summaries.getFirst().unread()).isEqualTo(2);
    Reader.Wish narrower = new Reader.Wish("alice", List.of(), List.of("topic:a"), 0);
    var _ = subscriber.renew(World.caller(new Reader("renewed", narrower)), World.filter(narrower));
    alice.credit = 1;
    world.pass(SECOND);
    assertThat(hears(alice, 1).unread()).isEqualTo(1);
  }
}
