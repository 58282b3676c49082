package tidings.server;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Runs what may block, each task on a virtual thread of its own, up to a limit: more are refused.
 * Thread-safe.
 */
final class BlockingTasks implements Executor, AutoCloseable {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore room;

  BlockingTasks(int tasksMax) {
    this.room = new Semaphore(tasksMax);
  }

  @Override
  public void execute(Runnable task) {
    if (!room.tryAcquire()) {
      throw new RejectedExecutionException("too many tasks");
    }
    threads.execute(() -> {
      try {
        task.run();
      } finally {
        room.release();
      }
    });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
