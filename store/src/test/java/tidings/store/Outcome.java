package tidings.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tidings.core.log.Append;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** An outcome that can be waited for, and that fails if it is told twice. */
public final class Outcome implements Append.Outcome {
  private final CompletableFuture<List<Append.Receipt>> future = new CompletableFuture<>();

  @Override
  public void stored(List<Append.Receipt> receipts) {
    if (!future.complete(receipts)) {
      throw new AssertionError("told twice");
    }
  }

  @Override
  public void refused(Problem problem) {
    if (!future.completeExceptionally(problem.refusal())) {
      throw new AssertionError("told twice");
    }
  }

  public boolean isTold() {
    return future.isDone();
  }

  /** The receipts, or the refusal as an exception. */
  public List<Append.Receipt> receipts() {
    return get(future);
  }

  /** The kind of the refusal. */
  public Problem.Kind refusal() {
    try {
      throw new AssertionError("stored: " + receipts());
    } catch (Refusal e) {
      return e.problem().kind();
    }
  }

  /** A future's value within a bounded time; its refusal as an exception. */
  public static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        throw refusal;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
