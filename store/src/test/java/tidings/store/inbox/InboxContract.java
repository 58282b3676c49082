package tidings.store.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import tidings.core.inbox.InboxStore;
import tidings.core.log.Log;
import tidings.store.ManualTime;

/**
 * What inboxes over every store must do, at random: whatever is published, withdrawn, marked,
 * followed, muted, erased, purged and restarted, lists and counts are those of a model in plain
 * collections. The seed of a failure is printed.
 */
public abstract class InboxContract {
  /** So many rounds are of different kinds: long ones, and with many topics. */
  private static final int KINDS = 12;

  private static final int ROUNDS =
      Integer.getInteger(
          "tidings.rounds", System.getenv("TIDINGS_TEST_LONG") == null ? KINDS : 20 * KINDS);

  /** A store that is open; its log has not started. */
  public interface Opened extends AutoCloseable {
    Log log();

    InboxStore inboxes();

    @Override
    void close();
  }

  /** Where one store after another is opened, each with what the last one kept. */
  public interface Place {

    /**
     * Opens the store.
     *
     * @param keep how many entries are kept; what is older is purged soon
     */
    Opened open(long keep);
  }

  /** An empty place. */
  protected abstract Place place(ManualTime time);

  @Test
  void everyoneSeesWhatTheModelSays() {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = new Random().nextLong() / KINDS * KINDS + round;
      try {
        round(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + "L: " + e.getMessage(), e);
      }
    }
  }

  /** One round, the same for the same seed. */
  final void round(long seed) {
    ManualTime time = new ManualTime();
    try (InboxWorld world = new InboxWorld(place(time), time, seed)) {
      int steps = world.isLong() ? 50 : 200;
      for (int step = 0; step < steps; step++) {
        world.step();
      }
      assertThat(world.compared()).isGreaterThan(steps / 2);
    }
  }
}
