package tidings.store.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.access.Caller;
import tidings.core.delivery.Interest;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscriber;
import tidings.core.filter.Filter;
import tidings.core.inbox.Preferences;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;

/** What is only for those who listen now (protocol/presence.md). */
class OnlyActiveTest {
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

  private static Draft.Builder typing() {
    return Draft.to(List.of(Address.topic("t")), "typing").onlyActive(true);
  }

  /** Publishes one, between two others. */
  private void publish(Draft draft) {
    Draft other = Draft.to(List.of(Address.topic("t")), "kept").build();
    world.publish(List.of(other, draft, other));
    world.settle();
  }

  private List<Long> replayed() {
    Reader reader = Reader.ofAll("resuming");
    world.connect(reader, new Start.After(world.cursor(0)));
    world.settle();
    assertThat(reader.gaps).isEmpty();
    List<Long> positions = reader.positions();
    if (reader.subscriber != null) {
      reader.subscriber.leave();
    }
    return positions;
  }

  @Test
  void whoListensGetsItAndWhoResumesWithinAMinute() {
    Reader live = Reader.ofAll("live");
    world.connect(live, new Start.Latest());
    publish(typing().build());
    assertThat(live.unchecked())
        .extracting(Entry::kind)
        .containsExactly(Entry.Kind.NOTIFICATION, Entry.Kind.ONLY_ACTIVE, Entry.Kind.NOTIFICATION);
    world.pass(Duration.ofMillis(59_999));
    assertThat(replayed()).containsExactly(1L, 2L, 3L);
    world.pass(Duration.ofMillis(1));
    assertThat(replayed()).containsExactly(1L, 3L);
  }

  @Test
  void aRestartKeepsIt() {
    publish(typing().build());
    world.restart();
    assertThat(replayed()).containsExactly(1L, 2L, 3L);
    world.pass(Duration.ofMinutes(1));
    assertThat(replayed()).containsExactly(1L, 3L);
  }

  @Test
  void itsOwnExpiryMakesTheTimeShorterAndNeverLonger() {
    publish(typing().expires(world.time.instant().plusSeconds(10)).build());
    assertThat(replayed()).containsExactly(1L, 2L, 3L);
    world.pass(Duration.ofSeconds(10));
    assertThat(replayed()).containsExactly(1L, 3L);
    publish(typing().expires(world.time.instant().plusSeconds(3_600)).build());
    world.pass(Duration.ofMinutes(1));
    assertThat(replayed()).containsExactly(1L, 3L, 4L, 6L);
  }

  @Test
  void aSlowReaderGetsItIfItComesToItInTime() {
    Reader soon = Reader.ofAll("soon");
    Reader late = Reader.ofAll("late");
    Subscriber first = world.connect(soon, new Start.Latest());
    Subscriber second = world.connect(late, new Start.Latest());
    soon.credit = 0;
    late.credit = 0;
    publish(typing().build());
    world.pass(Duration.ofSeconds(30));
    soon.credit = Integer.MAX_VALUE;
    first.drained();
    world.settle();
    assertThat(soon.positions()).containsExactly(1L, 2L, 3L);
    world.pass(Duration.ofSeconds(30).minusMillis(1_000)); // the stream is not ended yet
    world.time.pass(Duration.ofSeconds(1));
    late.credit = Integer.MAX_VALUE;
    second.drained();
    world.settle();
    assertThat(late.positions()).containsExactly(1L, 3L);
    assertThat(late.gaps).isEmpty();
  }

  @Test
  void itCanBeWithdrawn() {
    Reader live = Reader.ofAll("live");
    world.connect(live, new Start.Latest());
    publish(typing().build());
    assertThat(live.positions()).containsExactly(1L, 2L, 3L);
    world.withdraw(world.notWithdrawn().get(1));
    world.settle();
    assertThat(live.unchecked()).extracting(Entry::kind).containsExactly(Entry.Kind.WITHDRAWN);
    assertThat(replayed()).containsExactly(1L, 3L, 4L);
  }

  @Test
  void historyNeverHasIt() {
    publish(typing().build());
    Caller alice =
        World.caller(
            new Reader("alice", new Reader.Wish("alice", List.of(), List.of("topic:t"), 0)));
    Interest interest = Interest.of(alice, Filter.NONE, Preferences.NONE);
    assertThat(world.history().after(interest, new Start.Earliest(), 10).items())
        .extracting(Entry::position)
        .containsExactly(1L, 3L);
    assertThat(world.history().before(interest, null, 10).items())
        .extracting(Entry::position)
        .containsExactly(3L, 1L);
    assertThat(world.history().find(alice, world.notWithdrawn().get(1).id())).isEmpty();
    assertThat(world.history().find(alice, world.notWithdrawn().get(0).id())).isPresent();
  }
}
