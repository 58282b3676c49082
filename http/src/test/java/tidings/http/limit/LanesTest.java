package tidings.http.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class LanesTest {
  private final Lanes<String> lanes = new Lanes<>(2);
  private final Queue<String> begun = new ConcurrentLinkedQueue<>();

  @Test
  void whoAsksForMuchWaitsBehindThemselves() {
    CountDownLatch held = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 5; i++) {
        threads.execute(() -> lanes.run("much", () -> begin("much", held)));
      }
      Awaitility.await().until(() -> begun.size() == 2);
      threads.execute(() -> lanes.run("little", () -> begin("little", held)));
      Awaitility.await().until(() -> begun.contains("little"));
      assertThat(begun).hasSize(3);
      held.countDown();
    }
    assertThat(begun).hasSize(6);
    assertThat(lanes.size()).isZero();
  }

  private void begin(String who, CountDownLatch held) {
    begun.add(who);
    try {
      held.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With a lane that is not fair, whoever comes when it is free overtakes those who wait. */
  @Test
  void whoComesAgainWaitsBehindWhoWaitsAlready() throws InterruptedException {
    Lanes<String> narrow = new Lanes<>(1);
    for (int i = 0; i < 20; i++) {
      begun.clear();
      Thread waits = Thread.ofVirtual().unstarted(() -> narrow.run("a", () -> begun.add("waits")));
      narrow.run(
          "a",
          () -> {
            waits.start();
            Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .until(() -> waits.getState() == Thread.State.WAITING);
          });
      narrow.run("a", () -> begun.add("comes again"));
      waits.join();
      assertThat(begun).containsExactly("waits", "comes again");
    }
  }

  @Test
  void whatFailsMakesRoom() {
    for (String who : List.of("a", "a", "a", "b")) {
      assertThatThrownBy(() ->
              lanes.run(
                  who,
                  () -> {
                    throw new IllegalStateException();
                  }))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(lanes.size()).isZero();
  }
}
