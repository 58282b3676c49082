package tidings.store.delivery;

import java.util.ArrayDeque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An event loop that runs its tasks when it is told to, on the thread that tells it. As in Netty,
 * what is given to it to execute comes before timers that are due.
 */
final class ManualLoop extends AbstractExecutorService implements ScheduledExecutorService {
  private final Queue<Runnable> tasks = new ArrayDeque<>(); // guarded by this
  private final PriorityQueue<Timed> timed = new PriorityQueue<>(); // guarded by this
  private long nowNs; // guarded by this
  private long order; // guarded by this

  private static final class Timed extends FutureTask<Object>
      implements RunnableScheduledFuture<Object> {
    private final long atNs;
    private final long order;

    Timed(Runnable task, long atNs, long order) {
      super(task, null);
      this.atNs = atNs;
      this.order = order;
    }

    @Override
    public boolean isPeriodic() {
      return false;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(atNs, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      Timed timed = (Timed) other;
      return atNs != timed.atNs ? Long.compare(atNs, timed.atNs) : Long.compare(order, timed.order);
    }
  }

  @Override
  public synchronized void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs one task; false if none waits. */
  boolean runOne() {
    Runnable task;
    synchronized (this) {
      if (tasks.isEmpty()) {
        takeDue();
      }
      task = tasks.poll();
    }
    if (task != null) {
      task.run();
    }
    return task != null;
  }

  /** One look at the sockets: runs the timers that are due, and tasks until none is left. */
  void turn() {
    synchronized (this) {
      takeDue();
    }
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  private synchronized @Nullable Runnable next() {
    return tasks.poll();
  }

  private void takeDue() {
    for (Timed next = timed.peek(); next != null && next.atNs <= nowNs; next = timed.peek()) {
      tasks.add(timed.remove());
    }
  }

  /** Moves the time on; what is due then waits to be run. */
  synchronized void advance(long ns) {
    nowNs += ns;
  }

  @Override
  public synchronized ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Timed task = new Timed(command, nowNs + unit.toNanos(delay), order++);
    timed.add(task);
    return task;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
