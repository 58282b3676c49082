package tidings.http;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Ends what is late: connections and requests of one event loop, looked through twice a second, on
 * its thread. A deadline is a moment, which bytes that trickle in do not move.
 */
final class Deadlines {
  private static final int SWEEP_MS = 500;

  private final EventLoop loop;
  private final LongSupplier ticker;
  private final List<Watched> watched = new ArrayList<>();
  private final CompletableFuture<Void> finished = new CompletableFuture<>();
  private boolean finishing;
  private long now;

  Deadlines(EventLoop loop, LongSupplier ticker) {
    this.loop = loop;
    this.ticker = ticker;
    this.now = ticker.getAsLong();
    later();
  }

  /** The time in nanoseconds, half a second late at most. */
  long now() {
    return now;
  }

  void add(Watched handler) {
    handler.slot = watched.size();
    watched.add(handler);
    if (finishing) {
      handler.stop();
    }
  }

  void remove(Watched handler) {
    if (handler.slot >= 0) {
      Watched last = watched.removeLast();
      if (last.slot != handler.slot) {
        watched.set(handler.slot, last);
        last.slot = handler.slot;
      }
      handler.slot = -1;
    }
    if (finishing && watched.isEmpty()) {
      finished.complete(null);
    }
  }

  /** Lets each connection end with its next answer. May be called on any thread. */
  void oneMore() {
    loop.execute(() -> watched.forEach(Watched::oneMore));
  }

  /**
   * Ends each connection once its requests are answered. May be called on any thread.
   *
   * @return done when none is left
   */
  CompletableFuture<Void> finish() {
    loop.execute(() -> {
      finishing = true;
      List.copyOf(watched).forEach(Watched::stop);
      if (watched.isEmpty()) {
        finished.complete(null);
      }
    });
    return finished;
  }

  private void later() {
    var _ = loop.schedule(() -> loop.execute(this::sweep), SWEEP_MS, TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    now = ticker.getAsLong();
    try {
      for (int i = watched.size() - 1; i >= 0; i--) {
        if (i < watched.size() && watched.get(i).deadline - now < 0) {
          watched.get(i).late();
        }
      }
    } finally {
      later();
    }
  }
}
