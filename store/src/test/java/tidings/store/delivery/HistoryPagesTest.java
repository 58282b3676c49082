package tidings.store.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.delivery.History;
import tidings.core.delivery.Interest;
import tidings.core.filter.Filter;
import tidings.core.inbox.Preferences;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Draft;
import tidings.store.Retention;

/** History that is longer than what is read of the log at once. */
class HistoryPagesTest {
  private static final int ENTRIES = 200;

  @TempDir Path folder;
  private World world;

  @BeforeEach
  void open() {
    world =
        new World(
            folder.resolve("tidings.db"),
            new Random(1),
            new Retention(Duration.ofDays(1), 100_000, 1L << 30),
            World.Mutation.NONE);
    List<Draft> drafts = new ArrayList<>();
    for (int i = 1; i <= ENTRIES; i++) {
      drafts.add(Draft.to(List.of(Address.topic("t" + i)), "t").build());
    }
    world.publish(drafts);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static Interest topics(String pattern) {
    List<AddressPattern> topics = List.of(AddressPattern.of("topic:" + pattern));
    Caller caller =
        new Caller(
            null,
            Publisher.subject("reader"),
            new Grant(List.of(), topics, false, false, false),
            null,
            null);
    return Interest.of(caller, Filter.NONE, Preferences.NONE);
  }

  private static List<Long> positions(History.Page page) {
    return page.items().stream().map(Entry::position).toList();
  }

  @Test
  void whatIsWantedIsFoundBackwardsWhereverItStands() {
    for (long wanted = 1; wanted <= ENTRIES; wanted++) {
      assertThat(positions(world.history().before(topics("t" + wanted + ".#"), null, 10)))
          .containsExactly(wanted);
    }
  }

  @Test
  void pagesBackwardsGoOnFromTheCursorGiven() {
    List<Long> all = new ArrayList<>();
    String cursor = null;
    History.Page page;
    do {
      page = world.history().before(topics("#"), cursor, 7);
      all.addAll(positions(page));
      cursor = world.cursor(page.reached());
    } while (page.more());
    assertThat(all).hasSize(ENTRIES).doesNotHaveDuplicates();
  }

  @Test
  void fromAnUnknownEpochItBeginsWithTheNewest() {
    History.Page page = world.history().before(topics("#"), "aaaaaaaa.7", 2);
    assertThat(positions(page)).containsExactly(200L, 199L);
    assertThat(requireNonNull(page.gap()).cursor()).hasToString(world.cursor(ENTRIES));
  }

  @Test
  void beyondAnEpochsEndItBeginsWithTheLastThatBothShare() {
    String beyond = world.cursor(ENTRIES + 5);
    world.restart();
    world.publish(List.of(Draft.to(List.of(Address.topic("new")), "t").build()));
    History.Page page = world.history().before(topics("#"), beyond, 2);
    assertThat(positions(page)).containsExactly(200L, 199L);
    assertThat(requireNonNull(page.gap()).cursor()).hasToString(world.cursor(ENTRIES));
  }
}
