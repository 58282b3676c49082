package tidings.store.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.delivery.Dispatcher;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscriber;
import tidings.core.notification.Address;
import tidings.core.presence.Listener;
import tidings.core.presence.Page;
import tidings.core.presence.Presence;
import tidings.core.presence.Query;

/** Who listens (protocol/presence.md), on two loops. */
class PresenceTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir Path folder;
  private World world;
  private ManualLoop otherLoop;
  private Dispatcher other;

  @BeforeEach
  void open() {
    world = World.calm(folder);
    otherLoop = new ManualLoop();
    other = world.dispatcher(otherLoop);
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** Runs both loops until nothing is left to do. */
  private void settle() {
    do {
      world.settle();
    } while (otherLoop.runOne());
  }

  /** Time passes a second at a time, each with its sweep. */
  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      world.pass(SECOND);
      otherLoop.advance(SECOND.toNanos());
      settle();
    }
  }

  private static Reader of(@Nullable String user, String... granted) {
    return new Reader("of " + user, new Reader.Wish(user, List.of(), List.of(granted), 0));
  }

  private Subscriber listen(Reader reader) {
    return listen(reader, world.dispatcher());
  }

  /** Opens a stream that hears of no inbox. */
  private Subscriber listen(Reader reader, Dispatcher dispatcher) {
    return world.connect(reader, new Start.Latest(), dispatcher, null);
  }

  /** Someone without a user who is told who comes and goes. */
  private Reader watcher() {
    Reader watcher = of(null, "topic:t");
    watcher.seesPresence = true;
    listen(watcher);
    return watcher;
  }

  private Subscriber come(String user) {
    return listen(of(user));
  }

  private Page page(Query query, @Nullable Address to) {
    CompletableFuture<Page> page = world.hub().listeners(query, to);
    settle();
    assertThat(page).isDone();
    return page.join();
  }

  private List<Listener> present() {
    return page(new Query(Set.of(), null, 1_000), null).items();
  }

  private List<String> carrying(String to) {
    return page(new Query(Set.of(), null, 1_000), Address.of(to)).items().stream()
        .map(listener -> listener.user() + listener.streams())
        .toList();
  }

  // --- coming and going ---

  @Test
  void whatIsToldOfOthersIsProgress() {
    Reader watcher = watcher();
    pass((int) World.HEARTBEAT.toSeconds() - 1);
    come("alice");
    pass(2);
    assertThat(watcher.present).containsExactly("+alice");
    assertThat(watcher.ticks).isEmpty();
    pass((int) World.HEARTBEAT.toSeconds());
    assertThat(watcher.ticks).isNotEmpty();
  }

  @Test
  void aUserComesWithTheFirstStreamAndGoes15SecondsAfterTheLast() {
    Reader watcher = watcher();
    Subscriber first = come("alice");
    Subscriber second = listen(of("alice"), other);
    settle();
    assertThat(watcher.present).containsExactly("+alice");
    first.leave();
    pass(60);
    assertThat(watcher.present).containsExactly("+alice");
    second.leave();
    pass(14);
    assertThat(watcher.present).containsExactly("+alice");
    pass(2);
    assertThat(watcher.present).containsExactly("+alice", "-alice");
    assertThat(present()).isEmpty();
    pass(60);
    assertThat(watcher.present).hasSize(2);
  }

  @Test
  void whoComesBackWithin15SecondsNeitherWentNorComes() {
    Reader watcher = watcher();
    Instant came = world.time.instant();
    for (int i = 0; i < 3; i++) {
      Subscriber brief = come("alice");
      settle();
      brief.leave();
      pass(14);
    }
    Subscriber last = come("alice");
    pass(60);
    assertThat(watcher.present).containsExactly("+alice");
    assertThat(present()).containsExactly(new Listener("alice", 1, came));
    last.leave();
    pass(17);
    assertThat(watcher.present).containsExactly("+alice", "-alice");
  }

  @Test
  void whoHasGoneComesAnew() {
    Reader watcher = watcher();
    come("alice").leave();
    pass(17);
    Instant again = world.time.instant();
    come("alice");
    settle();
    assertThat(watcher.present).containsExactly("+alice", "-alice", "+alice");
    assertThat(present()).containsExactly(new Listener("alice", 1, again));
  }

  @Test
  void aStreamThatTheHubEndsHasEndedToo() {
    Reader watcher = watcher();
    Reader brief = of("brief");
    brief.expires = world.time.instant().plusSeconds(5);
    listen(brief);
    listen(of("taken"));
    pass(1);
    world.validity.add("taken");
    pass(21);
    assertThat(watcher.present)
        .containsExactlyInAnyOrder("+brief", "+taken", "-taken", "-brief")
        .startsWith("+brief", "+taken");
    assertThat(present()).isEmpty();
  }

  @Test
  void longPollsAndStreamsWithoutAUserDoNotCount() {
    Reader watcher = watcher();
    Reader poll = of("polling");
    poll.listens = false;
    poll.seesPresence = true;
    listen(poll);
    come("alice");
    settle();
    assertThat(present()).extracting(Listener::user).containsExactly("alice");
    assertThat(watcher.present).containsExactly("+alice");
    assertThat(poll.present).isEmpty();
    assertThat(carrying("everyone")).containsExactly("alice1");
  }

  @Test
  void aRestartForgetsWhoWasThere() {
    come("alice");
    world.restart();
    Reader watcher = watcher();
    assertThat(present()).isEmpty();
    come("alice");
    settle();
    assertThat(watcher.present).containsExactly("+alice");
  }

  // --- who is told ---

  @Test
  void onlyThoseWithTheGrantAreToldOnEachLoopTheirOwnIncluded() {
    Reader own = of("own");
    own.seesPresence = true;
    listen(own);
    Reader elsewhere = of("elsewhere");
    elsewhere.seesPresence = true;
    listen(elsewhere, other);
    Reader without = of("without");
    listen(without);
    settle();
    assertThat(own.present).containsExactly("+own", "+elsewhere", "+without");
    assertThat(elsewhere.present).containsExactly("+elsewhere", "+without");
    assertThat(without.present).isEmpty();
  }

  @Test
  void aGrantCountsFromItsRenewalOn() {
    Reader watcher = watcher();
    Subscriber subscriber = requireNonNull(watcher.subscriber);
    come("a");
    settle();
    watcher.seesPresence = false;
    come("early");
    subscriber.renew(World.caller(watcher), World.filter(watcher.wish));
    settle();
    assertThat(watcher.present).containsExactly("+a");
    watcher.seesPresence = true;
    subscriber.renew(World.caller(watcher), World.filter(watcher.wish));
    come("b");
    settle();
    assertThat(watcher.present).containsExactly("+a", "+b");
  }

  @Test
  void nothingIsToldAfterTheEndOfTheCredentials() {
    Reader watcher = of("w", "topic:t");
    watcher.seesPresence = true;
    watcher.expires = world.time.instant().plusMillis(500);
    listen(watcher);
    settle();
    world.time.pass(Duration.ofMillis(500)); // the next sweep is still to come
    come("alice");
    settle();
    assertThat(watcher.present).containsExactly("+w");
    assertThat(watcher.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
  }

  @Test
  void anEventHasTheCursorOfItsStream() {
    Reader watcher = watcher();
    world.publish(3);
    settle();
    come("alice");
    settle();
    assertThat(watcher.lastEventId).isEqualTo(world.cursor(3));
  }

  @Test
  void whoTookNoMoreIsToldSoAndNobodyElse() {
    Reader slow = watcher();
    Reader normal = watcher();
    slow.credit = 0;
    come("a").leave();
    pass(16);
    assertThat(slow.present).isEmpty();
    assertThat(normal.present).containsExactly("+a", "-a");
    slow.credit = 1;
    pass(1);
    assertThat(slow.present).containsExactly("missed");
    come("b");
    settle();
    assertThat(slow.present).containsExactly("missed", "+b");
  }

  @Test
  void ofMoreThanAThousandThatWaitForALoopNoneIsTold() {
    Reader watcher = watcher();
    for (int i = 0; i < Presence.CHANGES_MAX; i++) {
      come("u" + i);
    }
    settle();
    assertThat(watcher.present).hasSize(Presence.CHANGES_MAX).doesNotContain("missed");
    watcher.present.clear();
    for (int i = 0; i <= Presence.CHANGES_MAX; i++) {
      come("v" + i);
    }
    settle();
    assertThat(watcher.present).containsExactly("missed");
    come("w");
    settle();
    assertThat(watcher.present).containsExactly("missed", "+w");
  }

  @Test
  void whoComesAmidAPassIsToldWhatComesAfter() {
    world.lookNs = 400_000; // so that a slice is over soon
    List<Reader> watchers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      watchers.add(watcher());
    }
    come("a");
    world.loop.turn();
    Reader late = watcher();
    requireNonNull(watchers.get(0).subscriber).leave();
    come("b");
    settle();
    assertThat(late.present).containsExactly("+b");
    assertThat(watchers.subList(1, 50))
        .allSatisfy(watcher -> assertThat(watcher.present).containsExactly("+a", "+b"));
  }

  // --- who asks ---

  @Test
  void aListIsInTheOrderOfBytesAndGoesOnAfterAUser() {
    List<String> users = List.of("Z", "a", "b", "\uFF5E", "\uD83D\uDE00");
    users.reversed().forEach(this::come);
    assertThat(present()).extracting(Listener::user).containsExactlyElementsOf(users);
    List<String> paged = new ArrayList<>();
    String after = null;
    Page page;
    do {
      page = page(new Query(Set.of(), after, 2), null);
      page.items().forEach(listener -> paged.add(listener.user()));
      after = page.items().getLast().user();
    } while (page.more());
    assertThat(paged).containsExactlyElementsOf(users);
    assertThat(page(new Query(Set.of("b", "a", "nobody"), null, 1), null))
        .isEqualTo(new Page(List.of(new Listener("a", 1, world.time.instant())), true));
    assertThat(page(new Query(Set.of("b", "a"), "a", 1), null))
        .isEqualTo(new Page(List.of(new Listener("b", 1, world.time.instant())), false));
    assertThat(page(new Query(Set.of(), null, 5), null).more()).isFalse();
  }

  @Test
  void whoHasJustLeftIsListedWithoutStreamsAndCarriesNothing() {
    Instant came = world.time.instant();
    come("alice").leave();
    assertThat(present()).containsExactly(new Listener("alice", 0, came));
    assertThat(carrying("everyone")).isEmpty();
  }

  @Test
  void anAddressIsCarriedAsFarAsItIsAskedForAndGranted() {
    listen(of("all", "topic:#"));
    listen(of("all", "topic:#"));
    listen(of("all", "topic:a.*", "topic:*.b"), other);
    listen(
        new Reader("some", new Reader.Wish("some", List.of("topic:a.#"), List.of("topic:#"), 0)));
    listen(new Reader("own", new Reader.Wish("own", List.of("user:own"), List.of("topic:#"), 3)));
    listen(
        new Reader(
            "narrow", new Reader.Wish("narrow", List.of("topic:*.b"), List.of("topic:c.#"), 0)));
    assertThat(carrying("topic:a.b")).containsExactly("all3", "some1");
    assertThat(carrying("topic:c.b")).containsExactly("all3", "narrow1");
    assertThat(carrying("everyone")).containsExactly("all3");
    assertThat(carrying("user:own")).containsExactly("own1");
    assertThat(carrying("user:nobody")).isEmpty();
    assertThat(page(new Query(Set.of("some"), null, 1), Address.of("topic:a.b")).items())
        .extracting(Listener::user)
        .containsExactly("some");
  }

  @Test
  void aLookAtManyIsDoneInSlices() {
    for (int i = 0; i < 1_500; i++) {
      listen(of("u%04d".formatted(i)), i % 2 == 0 ? world.dispatcher() : other);
    }
    CompletableFuture<Page> asked =
        world.hub().listeners(new Query(Set.of(), "u0009", 1_000), Address.EVERYONE);
    world.loop.turn();
    otherLoop.turn();
    assertThat(asked).isNotDone();
    settle();
    assertThat(asked.join().items())
        .extracting(Listener::user)
        .containsExactlyElementsOf(
            IntStream.range(10, 1_010).mapToObj("u%04d"::formatted).toList());
    assertThat(asked.join().more()).isTrue();
  }

  // --- at random ---

  @Test
  void whoeverHeardAllKnowsWhoIsThere() {
    for (int round = 0; round < 5; round++) {
      long seed = new Random().nextLong();
      try {
        round(new Random(seed));
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + "L: " + e.getMessage(), e);
      }
      world.restart();
      otherLoop = new ManualLoop();
      other = world.dispatcher(otherLoop);
    }
  }

  private void round(Random random) {
    List<Reader> watchers = List.of(watcher(), watcher());
    List<Set<String>> known = List.of(new HashSet<>(), new HashSet<>());
    Map<String, Integer> streams = new TreeMap<>();
    Map<String, Long> left = new TreeMap<>();
    List<Reader> open = new ArrayList<>();
    long second = 0;
    for (int step = 0; step < 150; step++) {
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          Reader reader = of("u" + random.nextInt(4));
          listen(reader, random.nextBoolean() ? world.dispatcher() : other);
          streams.merge(requireNonNull(reader.wish.user()), 1, Integer::sum);
          open.add(reader);
        }
        case 2, 3 -> {
          if (!open.isEmpty()) {
            Reader reader = open.remove(random.nextInt(open.size()));
            requireNonNull(reader.subscriber).leave();
            String user = requireNonNull(reader.wish.user());
            if (streams.merge(user, -1, Integer::sum) == 0) {
              left.put(user, second);
            }
          }
        }
        case 4 -> watchers.get(random.nextInt(2)).credit = random.nextInt(2) * 1_000;
        default -> {
          int seconds = 1 + random.nextInt(6);
          pass(seconds);
          second += seconds;
        }
      }
      long now = second;
      streams
          .entrySet()
          .removeIf(e -> e.getValue() == 0 && now - requireNonNull(left.get(e.getKey())) >= 15);
      settle();
      assertThat(present())
          .extracting(Listener::user)
          .containsExactlyElementsOf(new TreeSet<>(streams.keySet()));
      assertThat(present())
          .extracting(Listener::streams)
          .containsExactlyElementsOf(streams.values());
      for (int i = 0; i < 2; i++) {
        follow(watchers.get(i), known.get(i));
        if (watchers.get(i).credit > 0 && second > 0 && random.nextBoolean()) {
          pass(1); // a sweep, at which whoever missed something is told
          second++;
          follow(watchers.get(i), known.get(i));
        }
      }
    }
    watchers.forEach(watcher -> watcher.credit = Integer.MAX_VALUE);
    pass(20);
    for (int i = 0; i < 2; i++) {
      follow(watchers.get(i), known.get(i));
      assertThat(known.get(i))
          .containsExactlyInAnyOrderElementsOf(present().stream().map(Listener::user).toList());
    }
  }

  /** Does with events what a client does. */
  private void follow(Reader watcher, Set<String> known) {
    if (watcher.subscriber == null) { // ended, as it took nothing for too long
      listen(watcher);
      watcher.present.add("missed");
    }
    List<String> events = List.copyOf(watcher.present);
    watcher.present.clear();
    for (String event : events) {
      if (event.equals("missed")) {
        known.clear();
        present().forEach(listener -> known.add(listener.user()));
      } else if (event.startsWith("+")) {
        known.add(event.substring(1));
      } else {
        known.remove(event.substring(1));
      }
    }
  }
}
