package tidings.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

class WindowTest {

  @Test
  void aWindowWeighsWhatItsEntriesTakeInMemory() {
    List<Address> users = IntStream.range(0, 1_000).mapToObj(i -> Address.user("u" + i)).toList();
    Entry entry = entry(1, users, 300);
    assertThat(new Window("epoch", 1, 1, List.of(entry)).weight()).isEqualTo(entry.weight());
  }

  @Test
  void whoGetsTheSameInTheSameFormSharesTheFrames() {
    List<Entry> entries =
        IntStream.rangeClosed(1, 3).mapToObj(i -> entry(i, List.of(), 30_000)).toList();
    Window window = new Window("epoch", 1, 3, entries);
    AtomicInteger encoded = new AtomicInteger();
    AtomicInteger open = new AtomicInteger();
    Encoding counting =
        (epoch, some, direct) -> {
          encoded.addAndGet(some.size());
          open.incrementAndGet();
          return open::decrementAndGet;
        };
    Window.Frames first = window.frames(counting, 7, 0);
    for (int i = 0; i < 1_000; i++) {
      Window.Frames next = window.frames(counting, 7, 0);
      assertThat(next).isSameAs(first);
      next.done();
    }
    assertThat(encoded).hasValue(3);
    assertThat(window.frames(counting, 3, 0)).isNotEqualTo(first);
    assertThat(window.frames(counting, 7, 1)).isNotEqualTo(first);
    assertThat(open).hasPositiveValue();
    window.release();
    assertThat(open).hasValue(0);
  }

  @Test
  void theFramesBeforeOneThatCannotBeMadeAreGivenUp() {
    List<Entry> entries =
        IntStream.rangeClosed(1, 3).mapToObj(i -> entry(i, List.of(), 60_000)).toList();
    Window window = new Window("epoch", 1, 3, entries);
    AtomicInteger open = new AtomicInteger();
    Encoding scarce =
        (epoch, some, direct) -> {
          if (open.get() == 2) {
            throw new OutOfMemoryError("direct");
          }
          open.incrementAndGet();
          return open::decrementAndGet;
        };
    assertThatThrownBy(() -> window.frames(scarce, 7, 0)).hasMessage("direct");
    assertThat(open).hasValue(0);
  }

  private static Entry entry(long position, List<Address> to, int bytes) {
    return new Entry(
        position,
        Entry.Kind.NOTIFICATION,
        new UUID(0, position),
        to,
        null,
        null,
        Level.INFO,
        Entry.NEVER,
        new byte[bytes]);
  }
}
