package tidings.store.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.delivery.Start;
import tidings.core.log.Cursor;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.Level;

/** Fan-out works in slices, so that its event loop does other work in between. */
class SlicesTest {
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

  private List<Reader> crowd(int size) {
    List<Reader> crowd = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Reader reader = Reader.ofAll("reader " + i);
      world.connect(reader, new Start.Latest());
      crowd.add(reader);
    }
    return crowd;
  }

  private static long served(List<Reader> crowd) {
    return crowd.stream().filter(reader -> reader.lastPosition() > 0).count();
  }

  @Test
  void aSliceIsAtMost256Subscribers() {
    List<Reader> crowd = crowd(600);
    world.publish(1);
    List<Long> served = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      world.loop.turn();
      served.add(served(crowd));
    }
    assertThat(served).containsExactly(256L, 512L, 600L);
  }

  @Test
  void aSliceIsAtMostAMillisecond() {
    List<Reader> crowd = crowd(600);
    world.publish(1);
    world.lookNs = 250_000; // the clock is looked at before every 16 subscribers
    List<Long> served = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      world.loop.turn();
      served.add(served(crowd));
    }
    assertThat(served).isSorted().doesNotHaveDuplicates();
    assertThat(served.getLast()).isBetween(3L, 3 * 5 * 16L);
  }

  @Test
  void otherWorkOfTheLoopRunsBetweenSlices() {
    List<Reader> crowd = crowd(600);
    world.publish(1);
    world.loop.turn();
    List<Long> servedBefore = new ArrayList<>();
    world.loop.execute(() -> servedBefore.add(served(crowd))); // what a socket brought
    world.settle();
    assertThat(servedBefore).containsExactly(256L);
    assertThat(served(crowd)).isEqualTo(600);
  }

  @Test
  void findingThoseWhomManyEntriesConcernIsCutIntoSlicesToo() {
    List<Reader> users = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Reader reader = new Reader("u" + i, new Reader.Wish("u" + i, List.of(), List.of(), 0));
      world.connect(reader, new Start.Latest());
      users.add(reader);
    }
    Draft announcement = Draft.to(List.of(Address.EVERYONE, Address.user("u7")), "t").build();
    world.publish(Collections.nCopies(40, announcement));
    world.lookNs = 100_000; // the clock is looked at after every address
    for (int i = 0; i < 40 * 2 / 11; i++) {
      world.loop.turn();
      assertThat(served(users)).isZero();
    }
    world.settle();
    assertThat(users)
        .allSatisfy(reader ->
            assertThat(reader.positions())
                .isEqualTo(LongStream.rangeClosed(1, 40).boxed().toList()));
  }

  @Test
  void whoeverComesOrChangesWhileReadersAreFoundMissesNothing() {
    Reader changing = Reader.ofAll("changing");
    world.connect(changing, new Start.Latest());
    world.publish(40);
    world.lookNs = 100_000;
    world.loop.turn(); // some of the entries were looked at
    Reader.Wish narrower = new Reader.Wish(null, List.of("topic:t"), changing.wish.granted(), 0);
    Cursor from = requireNonNull(changing.subscriber).change(World.filter(narrower));
    Reader coming = Reader.ofAll("coming");
    coming.lastEventId = world.cursor(0);
    world.connect(coming, null);
    assertThat(from.position()).isZero();
    world.settle();
    List<Long> all = LongStream.rangeClosed(1, 40).boxed().toList();
    assertThat(changing.positions()).isEqualTo(all);
    assertThat(coming.positions()).isEqualTo(all);
  }

  /** It is narrowed to each grant once, however many streams have that, and not in one piece. */
  @Test
  void aSavedListIsWorkedOutInSlicesAndOnceForAGrant() {
    List<Reader> streams = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Reader reader =
          new Reader("a" + i, new Reader.Wish("alice", List.of(), List.of("topic:*.#"), i % 4));
      world.connect(reader, new Start.Latest());
      streams.add(reader);
    }
    Reader other = Reader.ofAll("other");
    world.connect(other, new Start.Latest());
    world.settle();
    world.save("alice", IntStream.range(0, 100).mapToObj(i -> "#.f" + i + ".*.#").toList());
    Draft wanted = Draft.to(List.of(Address.topic("f1.x")), "t").level(Level.ERROR).build();
    Draft unwanted = Draft.to(List.of(Address.topic("x.f1")), "t").level(Level.ERROR).build();
    world.publish(List.of(wanted, unwanted, wanted));
    world.lookNs = 200_000; // the clock is looked at after each pattern
    world.loop.turn();
    assertThat(other.positions()).hasSize(3);
    int turns = 1;
    for (; turns < 1_000 && served(streams) < streams.size(); turns++) {
      world.loop.turn();
    }
    assertThat(streams)
        .allSatisfy(reader -> assertThat(reader.positions()).containsExactly(1L, 3L));
    assertThat(turns).isBetween(100 / 5, 200);
  }

  @Test
  void eachLoopServesItsOwnSubscribers() {
    List<Reader> first = crowd(2);
    ManualLoop otherLoop = new ManualLoop();
    Reader second = Reader.ofAll("second");
    world.connect(second, new Start.Latest(), world.dispatcher(otherLoop));
    world.publish(1);
    world.loop.turn();
    assertThat(served(first)).isEqualTo(2);
    assertThat(second.lastPosition()).isZero();
    otherLoop.turn();
    assertThat(second.positions()).containsExactly(1L);
  }
}
