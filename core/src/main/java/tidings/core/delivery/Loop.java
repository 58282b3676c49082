package tidings.core.delivery;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** An event loop, as fan-out uses it. Thread-safe; the tasks run on the loop's thread. */
final class Loop {
  private final ScheduledExecutorService executor;

  Loop(ScheduledExecutorService executor) {
    this.executor = executor;
  }

  /** Runs a task before the loop looks at its sockets again. */
  void execute(Runnable task) {
    executor.execute(task);
  }

  /**
   * Runs a task after a while, as one of the loop's own, so that the loop reports what it throws.
   */
  void later(Runnable task, int ms) {
    var _ = executor.schedule(() -> executor.execute(task), ms, TimeUnit.MILLISECONDS);
  }

  /**
   * Runs a task after the loop has looked at its sockets: {@link #execute} would run it before
   * that, for up to a second in a row.
   */
  void yieldThen(Runnable task) {
    later(task, 0);
  }
}
