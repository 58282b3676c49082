package tidings.rabbitmq;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.log.Append;
import tidings.core.log.Epochs;
import tidings.core.log.Log;
import tidings.core.log.LogReader;
import tidings.core.problem.Problem;

/** The real log behind a fault: it is full, or it stores and can't say so. */
final class FaultyLog implements Log {
  private final Log log;
  private final AtomicInteger doubtful = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean full;

  FaultyLog(Log log) {
    this.log = log;
  }

  void full(boolean value) {
    full = value;
  }

  /** How many appends it refused while it was full. */
  int refused() {
    return refused.get();
  }

  /** The next appends are stored, and their outcome is unknown. */
  void doubt(int appends) {
    doubtful.set(appends);
  }

  @Override
  public void append(Append append) {
    if (full) {
      refused.incrementAndGet();
      append.outcome().refused(Problem.of(Problem.Kind.STORAGE_FULL, "no room"));
    } else if (doubtful.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      log.append(new Append(append.entries(), new Doubt(append.outcome())));
    } else {
      log.append(append);
    }
  }

  private record Doubt(Append.Outcome outcome) implements Append.Outcome {
    @Override
    public void stored(List<Append.Receipt> receipts) {
      outcome.refused(Problem.of(Problem.Kind.OUTCOME_UNKNOWN, "the commit failed halfway"));
    }

    @Override
    public void refused(Problem problem) {
      outcome.refused(problem);
    }
  }

  @Override
  public void start(Listener listener) {
    log.start(listener);
  }

  @Override
  public void withdraw(UUID id, Publisher publisher, Append.Outcome outcome) {
    log.withdraw(id, publisher, outcome);
  }

  @Override
  public Epochs epochs() {
    return log.epochs();
  }

  @Override
  public long end() {
    return log.end();
  }

  @Override
  public long waiting() {
    return log.waiting();
  }

  @Override
  public long lowWater() {
    return log.lowWater();
  }

  @Override
  public LogReader reader() {
    return log.reader();
  }

  @Override
  public @Nullable Problem trouble() {
    return log.trouble();
  }

  @Override
  public void close() {
    log.close();
  }
}
