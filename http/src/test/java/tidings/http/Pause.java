package tidings.http;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import tidings.core.log.LogReader;

/** Stands before a store: keeps what that answers later as long as a test wants. */
final class Pause {
  private final Queue<String> calls = new ConcurrentLinkedQueue<>();
  private volatile boolean begun;
  private volatile CompletableFuture<Void> over = CompletableFuture.completedFuture(null);

  void begin() {
    over = new CompletableFuture<>();
    begun = true;
  }

  void end() {
    over.complete(null);
  }

  /** How often a method was called since the pause began, over or not. */
  int calls(String method) {
    return (int) calls.stream().filter(method::equals).count();
  }

  /** The same store, with this before it. */
  <T> T before(Class<T> type, T store) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              if (begun) {
                calls.add(method.getName());
              }
              Object answer;
              try {
                answer = method.invoke(store, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              return switch (answer) {
                case CompletableFuture<?> later -> later.thenCombine(over, (value, none) -> value);
                case LogReader reader -> before(LogReader.class, reader);
                case null, default -> answer;
              };
            }));
  }
}
