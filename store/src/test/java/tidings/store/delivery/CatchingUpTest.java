package tidings.store.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.delivery.Frame;
import tidings.core.delivery.Start;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.store.Retention;

/** Readers that come back, and what may go wrong while they are served. */
class CatchingUpTest {
  private static final int PAGE = 1_024;

  @TempDir Path folder;
  private World world;

  @BeforeEach
  void open() {
    world =
        new World(
            folder.resolve("tidings.db"),
            new Random(1),
            new Retention(Duration.ofDays(1), 1_000_000, 1L << 30),
            World.Mutation.NONE,
            40_000);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void publish(int count) {
    Draft draft = Draft.to(List.of(Address.topic("t")), "t").build();
    for (int left = count; left > 0; left -= 1_000) {
      world.publish(Collections.nCopies(Math.min(1_000, left), draft));
    }
  }

  private static Reader reader(String name) {
    return new Reader(name, new Reader.Wish(null, List.of(), List.of("topic:#"), 0));
  }

  private static List<Long> positions(Reader reader) {
    return reader.unchecked().stream().map(Entry::position).toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void aCrowdAtDifferentPlacesOfTheLogArrives() {
    int pages = 40; // more than are kept
    publish(pages * PAGE);
    List<Reader> crowd = new ArrayList<>();
    for (int i = 0; i < pages; i++) {
      Reader reader = reader("at page " + i);
      reader.lastEventId = world.cursor((long) i * PAGE);
      world.connect(reader, null);
      crowd.add(reader);
    }
    world.settle();
    for (int i = 0; i < pages; i++) {
      assertThat(positions(crowd.get(i))).isEqualTo(range((long) i * PAGE + 1, world.end()));
    }
  }

  @Test
  void aPurgeThatAPageKnewOfFirstIsTold() {
    publish(2 * PAGE);
    world.reads().change =
        page ->
            new LogReader.Page(
                page.entries().stream().filter(entry -> entry.position() >= 20).toList(),
                page.reached(),
                20);
    Reader reader = reader("from 10");
    reader.lastEventId = world.cursor(10);
    world.connect(reader, null);
    world.settle();
    assertThat(reader.gaps).containsExactly(new Reader.Missing(10, 19));
    assertThat(positions(reader)).isEqualTo(range(20, world.end()));
  }

  @Test
  void anOutletThatThrowsTakesNothingFromTheOthers() {
    Reader before = reader("before");
    Reader after = reader("after");
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
    publish(1);
    assertThatThrownBy(world::settle).hasMessageContaining("no memory");
    assertThatThrownBy(world::settle).hasMessageContaining("no memory"); // as it reads on
    publish(1);
    world.settle();
    assertThat(positions(before)).containsExactly(1L, 2L);
    assertThat(positions(after)).containsExactly(1L, 2L);
  }
}
