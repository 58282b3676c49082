package tidings.store.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscriber;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.Level;

/** What a stream hears, and when it ends, as time passes. */
class TimeTest {
  private static final int PAGE = 1_024;

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

  private void passAndSweep(Duration duration) {
    world.pass(duration);
    world.settle();
  }

  @Test
  void aReplayThatFindsNothingIsToldHowFarItCame() {
    world.publish(3 * PAGE);
    Reader errors = new Reader("errors", new Reader.Wish(null, List.of(), List.of("topic:#"), 3));
    world.connect(errors, new Start.Earliest());
    world.runUntil(() -> world.reads().asked.get() == 1);
    CompletableFuture<?> slowDisk = new CompletableFuture<>();
    world.reads().gate = slowDisk;
    world.runUntil(() -> world.reads().asked.get() == 2);

    world.pass(World.HEARTBEAT);
    world.runUntil(() -> !errors.ticks.isEmpty());
    world.pass(World.NO_PROGRESS);
    world.runUntil(() -> errors.ticks.size() == 2);
    assertThat(errors.ticks).containsOnly((long) PAGE);
    assertThat(errors.ended).isNull();

    world.publish(List.of(Draft.to(List.of(Address.topic("t")), "t").level(Level.ERROR).build()));
    slowDisk.complete(null);
    world.settle();
    assertThat(errors.positions()).containsExactly(world.end());
  }

  @Test
  void aLiveStreamThatTakesNothingIsEnded() {
    Reader full = Reader.ofAll("full");
    world.connect(full, new Start.Latest());
    full.credit = 1;
    world.publish(1);
    world.settle();
    assertThat(full.positions()).containsExactly(1L);
    passAndSweep(World.NO_PROGRESS);
    assertThat(full.ticks).isEmpty();
    assertThat(full.ended).isEqualTo(Outlet.Ending.NO_PROGRESS);
  }

  @Test
  void ticksComeDuringAPassAndIdsNeverStepBack() {
    Reader quiet = new Reader("quiet", new Reader.Wish(null, List.of(), List.of("topic:q"), 0));
    Reader brief = new Reader("brief", quiet.wish);
    brief.expires = world.time.instant().plus(World.HEARTBEAT.multipliedBy(2));
    for (int i = 0; i < 1_000; i++) {
      world.connect(Reader.ofAll("reader " + i), new Start.Latest());
    }
    world.connect(quiet, new Start.Latest());
    world.connect(brief, new Start.Latest());
    world.publish(100);
    world.settle();
    passAndSweep(World.HEARTBEAT);
    assertThat(quiet.ticks).containsExactly(100L);

    world.publish(1);
    world.loop.turn(); // a slice of the pass
    world.pass(World.HEARTBEAT);
    world.loop.turn(); // the next, and the sweep
    assertThat(quiet.ticks).containsExactly(100L, 100L);
    assertThat(brief.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
    world.settle();
    passAndSweep(World.HEARTBEAT);
    assertThat(quiet.ticks).containsExactly(100L, 100L, 101L);
  }

  @Test
  void aLiveStreamGetsNothingAfterTheEndOfItsToken() {
    Reader brief = Reader.ofAll("brief");
    brief.expires = world.time.instant().plusMillis(500);
    world.connect(brief, new Start.Latest());
    world.publish(1);
    world.settle();
    world.time.pass(Duration.ofMillis(500)); // the next sweep is still to come
    world.publish(1);
    world.settle();
    assertThat(brief.positions()).containsExactly(1L);
    assertThat(brief.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
    assertThat(brief.lastEventId).isEqualTo(world.cursor(1));
  }

  @Test
  void aReplayEndsWithTheToken() {
    world.publish(10);
    Reader brief = Reader.ofAll("brief");
    brief.expires = world.time.instant().plusMillis(500);
    brief.credit = 0;
    Subscriber subscriber = world.connect(brief, new Start.Earliest());
    world.settle();
    world.time.pass(Duration.ofMillis(500));
    brief.credit = 1;
    subscriber.drained();
    world.settle();
    assertThat(brief.positions()).isEmpty();
    assertThat(brief.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
  }

  // --- credentials that are taken back ---

  private static Reader of(String user) {
    return new Reader(user, new Reader.Wish(user, List.of(), List.of("topic:t"), 0));
  }

  @Test
  void aQuietStreamEndsWithinASecondAfterItsCredentialsWereTakenBack() {
    Reader taken = of("taken");
    Reader other = of("other");
    world.connect(taken, new Start.Latest());
    world.connect(other, new Start.Latest());
    passAndSweep(Duration.ofSeconds(1));
    world.validity.add("taken");
    passAndSweep(Duration.ofSeconds(1));
    assertThat(taken.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
    assertThat(other.ended).isNull();
  }

  @Test
  void aLiveStreamGetsNothingAfterItsCredentialsWereTakenBack() {
    Reader taken = of("taken");
    Reader other = of("other");
    world.connect(taken, new Start.Latest());
    world.connect(other, new Start.Latest());
    world.publish(1);
    world.settle();
    world.validity.add("taken"); // the next sweep is still to come
    world.publish(1);
    world.settle();
    assertThat(taken.positions()).containsExactly(1L);
    assertThat(taken.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
    assertThat(taken.lastEventId).isEqualTo(world.cursor(1));
    assertThat(other.positions()).containsExactly(1L, 2L);
    assertThat(other.ended).isNull();
  }

  @Test
  void aReplayEndsWhenTheCredentialsAreTakenBack() {
    world.publish(10);
    Reader taken = of("taken");
    taken.credit = 0;
    Subscriber subscriber = world.connect(taken, new Start.Earliest());
    world.settle();
    world.validity.add("taken");
    taken.credit = 1;
    subscriber.drained();
    world.settle();
    assertThat(taken.positions()).isEmpty();
    assertThat(taken.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
  }

  @Test
  void credentialsTakenBackBeforeTheStreamJoinsEndItToo() {
    world.publish(1);
    world.validity.add("live"); // they were accepted a moment ago
    world.validity.add("replaying");
    Reader live = of("live");
    Reader replaying = of("replaying");
    world.connect(live, new Start.Latest());
    world.connect(replaying, new Start.Earliest());
    world.publish(1);
    world.settle();
    passAndSweep(Duration.ofSeconds(1));
    for (Reader reader : List.of(live, replaying)) {
      assertThat(reader.positions()).isEmpty();
      assertThat(reader.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
    }
  }

  @Test
  void credentialsTakenBackBeforeAStreamIsRenewedWithThemEndIt() {
    Reader reader = of("reader");
    Subscriber subscriber = world.connect(reader, new Start.Latest());
    world.validity.add("other");
    world.publish(1);
    world.settle(); // its own were looked at since
    assertThat(reader.positions()).containsExactly(1L);
    subscriber.renew(World.caller(of("other")), World.filter(reader.wish));
    world.publish(1);
    world.settle();
    assertThat(reader.positions()).isEmpty();
    assertThat(reader.ended).isEqualTo(Outlet.Ending.CREDENTIALS);
  }
}
