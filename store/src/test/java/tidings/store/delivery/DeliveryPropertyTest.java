package tidings.store.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.access.Grant;
import tidings.core.delivery.Interest;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscription;
import tidings.core.delivery.Tampering;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.Level;
import tidings.core.problem.Refusal;
import tidings.store.Retention;

/**
 * The promise, at random: every subscriber entitled to a notification gets it once, in order, or is
 * told of a gap; and nobody else gets it. Publish, subscribe, fall behind, reconnect, change
 * filter, save preferences, withdraw, expire, purge and restart come in random order, and time
 * passes, so that ticks are written and tokens end; the seed of a failure is printed.
 */
@SuppressWarnings("EnumOrdinal") // the model is to know levels as plain numbers
class DeliveryPropertyTest {
  private static final int ROUNDS =
      Integer.getInteger("tidings.rounds", System.getenv("TIDINGS_TEST_LONG") == null ? 10 : 100);
  private static final int STEPS = 250;
  private static final List<String> TOPICS = List.of("a", "a.b", "a.b.c", "a.c", "d", "d.b");
  private static final List<String> PATTERNS =
      List.of(
          "topic:a", "topic:a.#", "topic:*.b", "topic:#", "topic:#.c", "topic:d.*", "topic:a.*.c");
  private static final List<String> USERS = List.of("u1", "u2", "u3");

  @TempDir Path folder;

  @Test
  void everyReaderGetsWhatConcernsItOnceAndInOrder() {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = new Random().nextLong() / 3 * 3 + round % 3; // each third is a long one
      try {
        round(seed, World.Mutation.NONE);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + "L: " + e.getMessage(), e);
      }
    }
  }

  @Test
  void aHandOverThatIsSkippedIsNoticed() {
    assertMutationIsNoticed(
        () ->
            World.Mutation.ofReader(
                once(reader ->
                    reader.subscriber != null && Tampering.skipHandOver(reader.subscriber))),
        "misses");
  }

  @Test
  void aDeliveryThatIsForgottenIsNoticed() {
    assertMutationIsNoticed(
        () ->
            World.Mutation.ofReader(
                once(reader ->
                    reader.subscriber != null
                        && reader.last > reader.wishes.lastKey()
                        && Tampering.forget(reader.subscriber, reader.last - 1))),
        "twice");
  }

  @Test
  void aTickThatRunsAheadOfThePassIsNoticed() {
    assertMutationIsNoticed(
        () ->
            World.Mutation.ofReader(
                once(reader -> {
                  boolean told =
                      reader.subscriber != null && Tampering.tickAhead(reader.subscriber);
                  if (told) {
                    disconnect(reader);
                  }
                  return told;
                })),
        "misses");
  }

  @Test
  void twoEntriesThatChangePlacesAreNoticed() {
    assertMutationIsNoticed(
        () ->
            World.Mutation.ofPage(page -> {
              List<Entry> entries = new ArrayList<>(page.entries());
              if (entries.size() > 1) {
                Collections.swap(entries, entries.size() / 2, entries.size() / 2 - 1);
              }
              return new LogReader.Page(entries, page.reached(), page.lowWater());
            }),
        "after");
  }

  @Test
  @SuppressWarnings("NullAway") // it does not see the annotation of a nested type's parameter
  void anEntitlementCheckThatIsSkippedIsNoticed() {
    assertMutationIsNoticed(
        () ->
            World.Mutation.ofSubscription(s -> {
              Interest honest = s.interest();
              Interest widened =
                  new Interest(
                      honest.to(),
                      Grant.ALL.subscribe(),
                      honest.filter(),
                      honest.user(),
                      honest.muted());
              return new Subscription(widened, s.start(), s.caller(), s.person(), s.unaddressed());
            }),
        "not entitled");
  }

  @Test
  void aStreamThatPassesOverWhatWasSavedIsNoticed() {
    assertMutationIsNoticed(
        () ->
            World.Mutation.ofSubscription(
                s -> new Subscription(s.interest(), s.start(), s.caller(), s.person(), null)),
        "topic:");
  }

  /** Does something to readers until it was done once. */
  private static Consumer<Reader> once(Predicate<Reader> change) {
    boolean[] done = {false};
    return reader -> done[0] = done[0] || change.test(reader);
  }

  /** Some round must fail with the mutation, for the reason given, and pass without it. */
  private void assertMutationIsNoticed(Supplier<World.Mutation> mutation, String reason) {
    for (long seed = 0; seed < 20; seed++) {
      try {
        round(seed, mutation.get());
      } catch (AssertionError noticed) {
        assertThat(noticed).hasMessageContaining(reason);
        round(seed, World.Mutation.NONE);
        return;
      }
    }
    fail("the mutation was not noticed");
  }

  private void round(long seed, World.Mutation mutation) {
    Random random = new Random(seed);
    boolean isLong = seed % 3 == 0;
    long count = isLong ? 100_000 : 150 + random.nextInt(600);
    Retention retention = new Retention(Duration.ofDays(1), count, 1L << 30);
    Path file =
        folder.resolve("r" + Long.toHexString(seed) + "-" + System.identityHashCode(random));
    long tailBytes = isLong || random.nextBoolean() ? 40_000 : 1_000_000;
    try (World world = new World(file, random, retention, mutation, tailBytes)) {
      world.lookNs = random.nextBoolean() ? 0 : 200_000; // slices end by time as well
      List<Reader> readers = readers(random, isLong);
      if (isLong) {
        comeBackAtDifferentPlaces(world, random, readers);
      }
      for (int step = 0; step < STEPS; step++) {
        Reader reader = readers.get(random.nextInt(readers.size()));
        step(world, random, readers, reader);
        check(world, readers);
        mutation.reader().accept(reader);
      }
      finish(world, readers);
      check(world, readers);
      for (Reader reader : readers) {
        if (!reader.wishes.isEmpty()) {
          assertNothingIsMissing(world, reader);
        }
      }
    }
  }

  /** Everyone replays the log, which is longer than a page, from a place of its own. */
  private static void comeBackAtDifferentPlaces(World world, Random random, List<Reader> readers) {
    for (int i = 0; i < 25; i++) {
      world.publish(drafts(world, random, 100));
    }
    for (int i = 0; i < readers.size(); i++) {
      Reader reader = readers.get(i);
      reader.lastEventId = world.cursor(i * 2_500L / readers.size());
      connect(world, random, reader);
    }
    world.settle();
    assertThat(world.reads().asked.get()).isGreaterThan(1);
  }

  private static List<Reader> readers(Random random, boolean few) {
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      readers.add(new Reader("r" + i, wish(random)));
    }
    if (!few && random.nextInt(3) == 0) { // a crowd, so that a pass takes several slices
      Reader.Wish common = wish(random);
      for (int i = 0; i < 600; i++) {
        readers.add(new Reader("crowd" + i, common));
      }
    }
    return readers;
  }

  private static Reader.Wish wish(Random random) {
    String user = random.nextBoolean() ? USERS.get(random.nextInt(USERS.size())) : null;
    List<String> granted = some(random, PATTERNS, 1 + random.nextInt(2));
    if (random.nextInt(6) == 0) {
      granted.add("user:*");
    }
    return new Reader.Wish(user, asked(random), granted, random.nextInt(2));
  }

  private static List<String> asked(Random random) {
    List<String> asked = some(random, PATTERNS, random.nextInt(3));
    if (!asked.isEmpty() && random.nextInt(4) == 0) {
      asked.add("everyone");
    }
    return asked;
  }

  private static List<String> some(Random random, List<String> all, int count) {
    List<String> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(all.get(random.nextInt(all.size())));
    }
    return some;
  }

  private static void step(World world, Random random, List<Reader> readers, Reader reader) {
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5 -> world.publish(drafts(world, random, 1 + random.nextInt(3)));
      case 6, 7 -> world.publish(drafts(world, random, 60 + random.nextInt(80)));
      case 8 -> {
        List<World.Published> known = world.notWithdrawn();
        if (!known.isEmpty()) {
          World.Published last =
              known.get(known.size() - 1 - random.nextInt(Math.min(known.size(), 30)));
          if (last.position() >= world.lowWater()) {
            world.withdraw(last);
          }
        }
      }
      case 9, 10, 11, 12 -> connect(world, random, reader);
      case 13 -> readers.forEach(each -> connect(world, random, each));
      case 14 -> disconnect(reader);
      case 15, 16 -> reader.credit = random.nextInt(3);
      case 17 -> drain(reader);
      case 18 -> change(world, random, reader);
      case 19 -> world.pass(Duration.ofSeconds(1 + random.nextInt(20)));
      case 21 -> save(world, random, readers);
      case 20 -> {
        if (random.nextInt(4) == 0) {
          readers.forEach(DeliveryPropertyTest::disconnect);
          world.restart();
        }
      }
      default -> {}
    }
    int turns = random.nextBoolean() ? 1_000 : random.nextInt(4);
    while (turns-- > 0 && world.loop.runOne()) {} // the loop keeps up, or hardly gets anywhere
  }

  private static List<Draft> drafts(World world, Random random, int count) {
    List<Draft> drafts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Set<Address> to = new HashSet<>();
      for (int j = 0; j <= random.nextInt(2); j++) {
        to.add(
            switch (random.nextInt(6)) {
              case 0 -> Address.EVERYONE;
              case 1 -> Address.user(USERS.get(random.nextInt(USERS.size())));
              default -> Address.topic(TOPICS.get(random.nextInt(TOPICS.size())));
            });
      }
      Draft.Builder draft = Draft.to(List.copyOf(to), "t").level(Level.values()[random.nextInt(3)]);
      if (random.nextInt(10) == 0) {
        draft.expires(world.time.instant().plusSeconds(random.nextInt(30)));
      }
      if (random.nextInt(20) == 0) {
        draft.body("x".repeat(8_000));
      }
      draft.onlyActive(random.nextInt(12) == 0);
      drafts.add(draft.build());
    }
    return drafts;
  }

  private static void connect(World world, Random random, Reader reader) {
    if (reader.subscriber == null) {
      reader.credit = random.nextInt(4) == 0 ? random.nextInt(3) : Integer.MAX_VALUE;
      reader.expires =
          random.nextInt(3) == 0 ? world.time.instant().plusSeconds(5 + random.nextInt(56)) : null;
      try {
        connect(world, reader, random.nextBoolean() ? new Start.Latest() : new Start.Earliest());
      } catch (Refusal outsideTheGrant) {
        reader.wish = wish(random);
      }
    }
  }

  private static void connect(World world, Reader reader, @Nullable Start start) {
    world.connect(reader, start);
    reader.reads(world.saved(reader), reader.lastPosition());
  }

  /** A user's preferences change, whatever its streams are doing. */
  private static void save(World world, Random random, List<Reader> readers) {
    String user = USERS.get(random.nextInt(USERS.size()));
    List<String> follows =
        random.nextInt(3) == 0 ? null : List.copyOf(Set.copyOf(some(random, PATTERNS, 2)));
    Reader.Saved saved = new Reader.Saved(follows, some(random, PATTERNS, random.nextInt(2)));
    world.saves(user, saved);
    for (Reader reader : readers) {
      if (user.equals(reader.wish.user()) && reader.subscriber != null) {
        reader.changes(saved, world.end());
      }
    }
  }

  private static void disconnect(Reader reader) {
    if (reader.subscriber != null) {
      reader.subscriber.leave();
      reader.subscriber = null;
    }
  }

  private static void drain(Reader reader) {
    reader.credit = Integer.MAX_VALUE;
    if (reader.subscriber != null) {
      reader.subscriber.drained();
    }
  }

  private static void change(World world, Random random, Reader reader) {
    if (reader.subscriber != null) {
      Reader.Wish changed =
          new Reader.Wish(
              reader.wish.user(), asked(random), reader.wish.granted(), random.nextInt(2));
      try {
        if (random.nextInt(3) == 0) {
          changeAndMove(world, random, reader, changed);
        } else {
          long from = reader.subscriber.change(World.filter(changed)).position();
          reader.lastEventId = "." + from; // the acknowledgement tells it
          reader.wishes.put(from, changed);
          reader.wish = changed;
        }
      } catch (Refusal outsideTheGrant) {
        // it keeps what it had
      }
    }
  }

  /** The cursor goes somewhere else: what comes after it comes, whether it had come or not. */
  private static void changeAndMove(
      World world, Random random, Reader reader, Reader.Wish changed) {
    for (int turns = 1_000; turns > 0 && world.loop.runOne(); turns--) {} // what was saved counts
    if (reader.subscriber == null) {
      return; // it has ended meanwhile, and asks for what it asked for when it comes back
    }
    check(world, List.of(reader));
    String place = world.cursor(random.nextLong(world.end() + 1));
    long from =
        requireNonNull(reader.subscriber)
            .change(World.filter(changed), new Start.After(place))
            .position();
    if (from > reader.lastPosition()) { // what lies between was not wanted
      reader.gaps.add(new Reader.Missing(reader.lastPosition(), from));
    }
    reader.movedTo(from);
    reader.wishes.tailMap(from, true).clear();
    reader.wishes.put(from, changed);
    reader.wish = changed;
    reader.got.removeIf(position -> position > from);
    reader.last = from;
    reader.reads(world.saved(reader), from);
  }

  /** Lets everyone read to the end, and those who are gone by then come back for it. */
  private static void finish(World world, List<Reader> readers) {
    readers.forEach(DeliveryPropertyTest::drain);
    world.settle();
    for (Reader reader : readers) {
      if (reader.subscriber == null && !reader.wishes.isEmpty()) {
        reader.credit = Integer.MAX_VALUE;
        reader.expires = null;
        connect(world, reader, null);
      }
    }
    world.settle();
  }

  private static void check(World world, List<Reader> readers) {
    for (Reader reader : readers) {
      for (Entry entry : reader.unchecked()) {
        long position = entry.position();
        if (!reader.got.add(position)) {
          throw new AssertionError("%s: gets %d twice".formatted(reader.name, position));
        }
        if (position < reader.last) {
          throw new AssertionError(
              "%s: gets %d after %d".formatted(reader.name, position, reader.last));
        }
        reader.last = position;
        if (entry.kind() != Entry.Kind.WITHDRAWN) {
          World.Published published = world.model.get(position);
          assertThat(published).as("%s: position %d", reader.name, position).isNotNull();
          assertThat(entry.id()).isEqualTo(published.id());
          if (!reader.mayGet(published)) {
            throw new AssertionError(
                "%s: not entitled to %d %s by %s, %s"
                    .formatted(reader.name, position, published.to(), reader.wishes, reader.saved));
          }
        }
      }
    }
  }

  private static void assertNothingIsMissing(World world, Reader reader) {
    long nowMs = world.time.millis();
    for (World.Published published :
        world.model.tailMap(reader.wishes.firstKey(), false).values()) {
      long position = published.position();
      boolean excused =
          published.withdrawn
              || published.expiresMs() <= nowMs
              || reader.gaps.stream().anyMatch(g -> g.from() < position && position <= g.to());
      if (!excused && reader.mustGet(published) && !reader.got.contains(position)) {
        throw new AssertionError(
            "%s: misses %d %s (low water %d, end %d, %s)"
                .formatted(
                    reader.name,
                    position,
                    published.to(),
                    world.lowWater(),
                    world.end(),
                    reader.subscriber));
      }
    }
  }
}
