package tidings.store.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.delivery.History;
import tidings.core.delivery.Interest;
import tidings.core.delivery.Start;
import tidings.core.inbox.Preferences;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Draft;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * A million random pairs of grant and address against a naive model, everywhere that grants are
 * checked.
 */
class GrantsTest {
  private static final int GRANTS = 1_000;
  private static final int ADDRESSES = 1_000;
  private static final int LIVE = 20; // what the tail holds
  private static final String[] WORDS = {"a", "b", "c", "d-1", "E"};

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final List<String> addresses = addresses();

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

  private List<String> addresses() {
    Set<String> distinct = new LinkedHashSet<>();
    distinct.add("everyone");
    while (distinct.size() < ADDRESSES) {
      distinct.add(random.nextInt(5) == 0 ? user() : "topic:" + dotted(false));
    }
    return List.copyOf(distinct);
  }

  private String user() {
    return "user:u" + random.nextInt(300);
  }

  private List<String> patterns() {
    List<String> patterns = new ArrayList<>();
    for (int n = random.nextInt(5); n > 0; n--) {
      patterns.add(
          switch (random.nextInt(10)) {
            case 0 -> "everyone";
            case 1 -> "user:*";
            case 2, 3 -> user();
            default -> "topic:" + dotted(true);
          });
    }
    return patterns;
  }

  private String dotted(boolean wildcards) {
    String[] words = new String[1 + random.nextInt(5)];
    for (int i = 0; i < words.length; i++) {
      int kind = wildcards ? random.nextInt(6) : 0;
      words[i] = kind == 5 ? "#" : kind == 4 ? "*" : WORDS[random.nextInt(WORDS.length)];
    }
    return String.join(".", words);
  }

  @Test
  void whatMayBePublishedIsWhatTheModelSays() {
    long granted = 0;
    for (int i = 0; i < GRANTS; i++) {
      List<String> patterns = patterns();
      Grant grant =
          new Grant(
              patterns.stream().map(AddressPattern::of).toList(), List.of(), false, false, false);
      Caller caller = new Caller(null, Publisher.subject("p"), grant, null, null);
      List<Address> allowed = new ArrayList<>();
      for (String text : addresses) {
        Address address = Address.of(text);
        if (patterns.stream().anyMatch(pattern -> Reader.Wish.matches(pattern, text))) {
          allowed.add(address);
        } else {
          assertThat(isRefused(caller, address))
              .as("seed %d: %s to %s", seed, patterns, text)
              .isTrue();
        }
      }
      if (!allowed.isEmpty()) {
        world.publish(caller, draft(allowed));
      }
      granted += allowed.size();
    }
    assertThat(granted).as("seed %d", seed).isBetween(10_000L, 900_000L);
  }

  private boolean isRefused(Caller caller, Address address) {
    try {
      world.publish(caller, draft(List.of(address)));
      return false;
    } catch (Refusal expected) {
      return expected.problem().kind() == Problem.Kind.FORBIDDEN;
    }
  }

  /** Each address comes twice: the second time, who is interested is remembered. */
  @Test
  void whatIsReadIsWhatTheModelSaysLiveAgainAndLater() {
    List<Reader> readers = new ArrayList<>();
    List<List<Long>> expected = new ArrayList<>();
    for (int i = 0; i < GRANTS; i++) {
      Reader.Wish wish = wish();
      readers.add(new Reader("seed " + seed + ", " + wish, wish));
      expected.add(expected(wish));
    }
    readers.forEach(reader -> world.connect(reader, new Start.Latest()));
    for (int time = 0; time < 2; time++) {
      for (int from = 0; from < ADDRESSES; from += LIVE) {
        world.publish(
            addresses.subList(from, from + LIVE).stream()
                .map(to -> draft(List.of(Address.of(to))))
                .toList());
        world.settle();
      }
    }
    check(readers, expected);

    List<Reader> returned = new ArrayList<>();
    for (Reader reader : readers) {
      Reader again = new Reader(reader.name + ", again", reader.wish);
      again.lastEventId = world.cursor(0);
      world.connect(again, null);
      returned.add(again);
    }
    world.settle();
    check(returned, expected);

    for (int i = 0; i < GRANTS; i++) {
      assertThat(history(readers.get(i))).as(readers.get(i).name).isEqualTo(expected.get(i));
    }
  }

  private static void check(List<Reader> readers, List<List<Long>> expected) {
    for (int i = 0; i < GRANTS; i++) {
      assertThat(readers.get(i).positions()).as(readers.get(i).name).isEqualTo(expected.get(i));
    }
  }

  /** A reader of all that it may read, or one that asks for what its grant covers in part. */
  private Reader.Wish wish() {
    String user = random.nextBoolean() ? null : user().substring("user:".length());
    List<String> granted = patterns();
    List<AddressPattern> all = new ArrayList<>(granted.stream().map(AddressPattern::of).toList());
    if (user != null) {
      all.add(AddressPattern.of("everyone"));
      all.add(AddressPattern.of("user:" + user));
    }
    List<String> asked = new ArrayList<>(patterns());
    asked.removeIf(pattern -> AddressPattern.of(pattern).within(all).isEmpty());
    return new Reader.Wish(user, asked, granted, 0);
  }

  private List<Long> expected(Reader.Wish wish) {
    return LongStream.rangeClosed(1, 2 * ADDRESSES)
        .filter(position -> admitted(wish, (int) ((position - 1) % ADDRESSES)))
        .boxed()
        .toList();
  }

  private boolean admitted(Reader.Wish wish, int address) {
    List<String> to = List.of(addresses.get(address));
    return wish.admits(
        new World.Published(0, new UUID(0, 0), to, 0, Long.MAX_VALUE), Reader.Saved.NOTHING);
  }

  private List<Long> history(Reader reader) {
    Interest interest =
        Interest.of(World.caller(reader), World.filter(reader.wish), Preferences.NONE);
    List<Long> positions = new ArrayList<>();
    Start start = new Start.Earliest();
    History.Page page;
    do {
      page = world.history().after(interest, start, 500);
      page.items().stream().map(Entry::position).forEach(positions::add);
      start = new Start.After(world.cursor(page.reached()));
    } while (page.more());
    return positions;
  }

  private static Draft draft(List<Address> to) {
    return Draft.to(to, "t").build();
  }
}
