package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tidings.core.problem.Problem;
import tidings.store.sqlite.CommandQueue.Offer;

/** What a group takes of the two lanes. */
final class CommandQueueTest {
  private final CommandQueue queue = new CommandQueue();

  private record Stub(boolean isAppend, int entries, long bytes) implements Command {
    @Override
    public void write(Transaction transaction) {}

    @Override
    public void done() {}

    @Override
    public void refused(Problem problem) {}
  }

  private void offer(boolean isAppend, int entries, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(queue.offer(new Stub(isAppend, entries, 10))).isEqualTo(Offer.TAKEN);
    }
  }

  private List<Integer> take() throws InterruptedException {
    List<Integer> group = new ArrayList<>();
    for (Command command : queue.take(0)) {
      group.add(command.isAppend() ? command.entries() : -command.entries());
    }
    return group;
  }

  @Test
  void appendsComeFirstWhateverCameBefore() throws Exception {
    offer(false, 1, 2);
    offer(true, 3, 2);

    assertThat(take()).containsExactly(3, 3, -1, -1);
    assertThat(queue.entries()).isZero();
  }

  @Test
  void neitherLaneStarvesTheOther() throws Exception {
    offer(true, 500, 10);
    offer(false, 200, 4);

    assertThat(take()).containsExactly(500, 500, 500, 500, -200, -200);
    assertThat(take()).containsExactly(500, 500, 500, 500, -200, -200);
    assertThat(take()).containsExactly(500, 500);
  }

  @Test
  void whatIsLargerThanAGroupGoesAlone() throws Exception {
    offer(true, 9_000, 2);
    offer(false, 600, 2);

    assertThat(take()).containsExactly(9_000, -600);
    assertThat(take()).containsExactly(9_000, -600);
  }

  @Test
  void aFullLaneRefusesItsOwnKindOnly() {
    offer(false, CommandQueue.ENTRIES_MAX, 1);

    assertThat(queue.offer(new Stub(false, 1, 10))).isEqualTo(Offer.FULL);
    assertThat(queue.offer(new Stub(true, 1, 10))).isEqualTo(Offer.TAKEN);
    assertThat(queue.entries()).isEqualTo(CommandQueue.ENTRIES_MAX + 1);
  }

  @Test
  void aClosedQueueGivesWhatItHasAndTakesNoMore() throws Exception {
    offer(false, 1, 1);
    offer(true, 1, 1);
    queue.close();

    assertThat(queue.offer(new Stub(true, 1, 10))).isEqualTo(Offer.CLOSED);
    assertThat(queue.isExhausted()).isFalse();
    assertThat(take()).containsExactly(1, -1);
    assertThat(queue.isExhausted()).isTrue();
  }
}
