package tidings.store.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.Frame;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Start;
import tidings.core.log.Cursor;
import tidings.core.log.LogReader;

/** Readers that come back, and what may go wrong while they are served. */
class CatchingUpTest {
  private static final int PAGE = 1_024;
  private static final List<String> ALL_TOPICS = List.of("topic:#");

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

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void aCrowdAtDifferentPlacesOfTheLogArrives() {
    int pages = 40; // more than are kept
    world.publish(pages * PAGE);
    List<Reader> crowd = new ArrayList<>();
    for (int i = 0; i < pages; i++) {
      Reader reader = Reader.ofAll("at page " + i);
      reader.lastEventId = world.cursor((long) i * PAGE);
      world.connect(reader, null);
      crowd.add(reader);
    }
    world.settle();
    for (int i = 0; i < pages; i++) {
      assertThat(crowd.get(i).positions()).isEqualTo(range((long) i * PAGE + 1, world.end()));
    }
  }

  /** As if all before were purged, which pages know of before it is told. */
  private void pagesBeginAt(long position) {
    world.reads().change =
        page ->
            new LogReader.Page(
                page.entries().stream().filter(entry -> entry.position() >= position).toList(),
                page.reached(),
                position);
  }

  @Test
  void aPurgeThatAPageKnewOfFirstIsTold() {
    world.publish(2 * PAGE);
    pagesBeginAt(20);
    Reader reader = Reader.ofAll("from 10");
    reader.lastEventId = world.cursor(10);
    world.connect(reader, null);
    world.settle();
    assertThat(reader.gaps).containsExactly(new Reader.Missing(10, 19));
    assertThat(reader.positions()).isEqualTo(range(20, world.end()));
  }

  @Test
  void aCursorThatIsMovedToWhatWasPurgedMeetsTheGapLater() {
    world.publish(2 * PAGE);
    pagesBeginAt(20);
    Reader reader = Reader.ofAll("moved to 10");
    world.connect(reader, new Start.Latest());
    reader.movedTo(10);
    Cursor from =
        requireNonNull(reader.subscriber)
            .change(World.filter(reader.wish), new Start.After(world.cursor(10)));
    assertThat(from).hasToString(world.cursor(10));
    assertThat(reader.gaps).isEmpty();
    world.settle();
    assertThat(reader.gaps).containsExactly(new Reader.Missing(10, 19));
    assertThat(reader.positions()).isEqualTo(range(20, world.end()));
  }

  /** What was read for a reader alone is not for it if its cursor has gone elsewhere meanwhile. */
  @Test
  void aCursorThatIsMovedWhileItsReaderWaitsForThePageIsNotMovedOnByIt() {
    world.publish(6 * PAGE);
    CompletableFuture<?> slowDisk = new CompletableFuture<>();
    world.reads().gate = slowDisk;
    Reader reader =
        new Reader("of one topic", new Reader.Wish(null, List.of("topic:t"), ALL_TOPICS, 0));
    reader.lastEventId = world.cursor(500);
    world.connect(reader, null);
    world.runUntil(() -> world.reads().asked.get() == 1);
    reader.movedTo(10);
    requireNonNull(reader.subscriber)
        .change(World.filter(reader.wish), new Start.After(world.cursor(10)));
    slowDisk.complete(null);
    world.settle();
    assertThat(reader.positions()).isEqualTo(range(11, world.end()));
  }

  @Test
  void whoeverTakesMostWaitsForItsTurnToo() {
    world.publish(8 * PAGE);
    world.connect(Reader.ofAll("before"), new Start.Earliest());
    world.settle(); // from now on all pages are in memory
    Reader quick =
        new Reader("quick", Reader.ofAll("").wish) {
          @Override
          public void flush() { // as if all had left at once
            if (subscriber != null) {
              subscriber.drained();
            }
          }
        };
    Reader other = Reader.ofAll("other");
    for (Reader reader : List.of(quick, other)) {
      world.connect(reader, new Start.Earliest());
    }
    world.runUntil(() -> quick.lastPosition() == world.end());
    assertThat(other.lastPosition()).isGreaterThanOrEqualTo(world.end() - 2 * PAGE);
  }

  @Test
  void thoseWhoWaitForOnePageTakeTurns() {
    world.publish(2 * PAGE);
    CompletableFuture<?> slowDisk = new CompletableFuture<>();
    world.reads().gate = slowDisk;
    List<Reader> crowd = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Reader reader = Reader.ofAll("reader " + i);
      world.connect(reader, new Start.Earliest());
      crowd.add(reader);
    }
    world.runUntil(() -> world.reads().asked.get() == 1);
    while (world.loop.runOne()) {} // all of them wait
    world.lookNs = 100_000;
    slowDisk.complete(null);
    World.soon().until(world.reads()::none);
    world.loop.turn(); // what was read is there, for all of them
    assertThat(crowd).allMatch(reader -> reader.lastPosition() == 0);
    world.loop.turn();
    assertThat(crowd.stream().filter(reader -> reader.lastPosition() > 0)).hasSizeBetween(1, 11);
    world.settle();
    assertThat(crowd).allMatch(reader -> reader.lastPosition() == world.end());
  }

  @Test
  void aStreamThatCannotBeGreetedIsNobodys() {
    Reader broken =
        new Reader("broken", Reader.ofAll("").wish) {
          @Override
          public void write(ControlEvent event) {
            if (event instanceof ControlEvent.Hello) {
              throw new IllegalStateException("no memory");
            }
            super.write(event);
          }
        };
    assertThatThrownBy(() -> world.connect(broken, new Start.Latest()))
        .hasMessageContaining("no memory");
    world.pass(World.HEARTBEAT);
    world.settle();
    assertThat(broken.ticks).as("as if it were served").isEmpty();
  }

  @Test
  void aStreamWhoseEndThrowsKeepsNoOtherFromEnding() {
    Reader first = Reader.ofAll("first");
    Reader broken =
        new Reader("broken", first.wish) {
          @Override
          public void end(Ending why, int retryMs) {
            throw new IllegalStateException("no memory");
          }
        };
    for (Reader reader : List.of(first, broken)) {
      world.connect(reader, new Start.Latest());
    }
    CompletableFuture<Void> drained = world.drain();
    assertThatThrownBy(world::settle).hasMessageContaining("no memory");
    world.pass(Duration.ofSeconds(1));
    world.settle();
    assertThat(drained).isCompleted();
    assertThat(first.ended).isEqualTo(Outlet.Ending.DRAIN);
  }

  @Test
  void anOutletThatThrowsTakesNothingFromTheOthers() {
    Reader before = Reader.ofAll("before");
    Reader after = Reader.ofAll("after");
    Reader broken =
        new Reader("broken", before.wish) {
          @Override
          public void write(Frame frame) {
            throw new IllegalStateException("no memory");
          }
        };
    for (Reader reader : List.of(before, broken, after)) {
      world.connect(reader, new Start.Latest());
    }
    world.settle();
    world.publish(1);
    assertThatThrownBy(world::settle).hasMessageContaining("no memory");
    assertThatThrownBy(world::settle).hasMessageContaining("no memory"); // as it reads on
    world.publish(1);
    world.settle();
    assertThat(before.positions()).containsExactly(1L, 2L);
    assertThat(after.positions()).containsExactly(1L, 2L);
  }
}
