package tidings.store.sqlite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import tidings.core.problem.Problem;

/** Who waits for a person to be erased. For the store writer's thread alone. */
final class Erasures {
  private final Map<String, List<CompletableFuture<Void>>> waiting = new HashMap<>();

  void await(String user, CompletableFuture<Void> future) {
    waiting.computeIfAbsent(user, _ -> new ArrayList<>()).add(future);
  }

  void done(String user) {
    List<CompletableFuture<Void>> futures = waiting.remove(user);
    if (futures != null) {
      futures.forEach(future -> future.complete(null));
    }
  }

  /** The store stops; the next start goes on. */
  void stop() {
    Problem problem =
        Problem.of(
            Problem.Kind.UNAVAILABLE, "the store has closed; erasing goes on when it is opened");
    waiting
        .values()
        .forEach(futures -> futures.forEach(f -> f.completeExceptionally(problem.refusal())));
    waiting.clear();
  }
}
