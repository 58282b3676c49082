package tidings.auth;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The keys that tokens are verified with: those that are configured one by one, and those of the
 * sets that are looked at again and again. Thread-safe; {@link #start} and {@link #isRenewed}
 * block, for little longer than a look takes.
 */
public final class KeyRing implements AutoCloseable {
  /** So many verifications wait for a key that is not known yet; the others are refused at once. */
  private static final int WAITING_MAX = 4_096;

  private final List<TokenKey> configured;
  private final List<KeySet> sets;
  private final Semaphore waiting = new Semaphore(WAITING_MAX);
  private volatile Set<TokenKey> keys;
  private volatile int removals; // written under the lock
  private @Nullable ScheduledExecutorService schedule;

  /**
   * @param configured no two of one issuer have the same id
   * @param sets each of another issuer, of whom none of the configured keys is
   */
  public KeyRing(List<TokenKey> configured, List<KeySet> sets) {
    this.configured = List.copyOf(configured);
    this.sets = List.copyOf(sets);
    this.keys = gathered();
  }

  /** Keys that never change. */
  public static KeyRing of(List<TokenKey> configured) {
    return new KeyRing(configured, List.of());
  }

  /** The sets, for who reports how they are. */
  public List<KeySet> sets() {
    return sets;
  }

  /** Begins to look at the sets, and waits until each was looked at once. */
  public void start() {
    if (sets.isEmpty()) {
      return;
    }
    schedule =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("keys").factory());
    for (KeySet set : sets) {
      set.onChange(this::renew);
    }
    ScheduledExecutorService looking = schedule;
    await(sets.stream().map(set -> set.keepLooking(looking)).toList());
  }

  /** How often keys were removed. It rises after they are. */
  long removals() {
    return removals;
  }

  /** All keys as they are now. */
  Set<TokenKey> keys() {
    return keys;
  }

  /**
   * Whether a key may be missing only because its set can't be read: then nobody can say that a
   * token is wrong.
   *
   * @param id that of the key that was sought, null if the token didn't say
   */
  boolean isIncomplete(@Nullable String id) {
    return sets.stream()
        .anyMatch(set -> set.size() == 0 || id != null && set.lacks(id) && set.trouble() != null);
  }

  /**
   * Whether there are other keys than those that were tried, after a new look at the sets that have
   * none of this id.
   *
   * @param id that of the key that was sought, null if the token didn't say
   */
  boolean isRenewed(Set<TokenKey> tried, @Nullable String id) {
    if (id != null) {
      List<CompletableFuture<Void>> looks =
          sets.stream().filter(set -> set.lacks(id)).map(KeySet::look).toList();
      if (!looks.isEmpty() && waiting.tryAcquire()) {
        try {
          await(looks);
        } finally {
          waiting.release();
        }
      }
    }
    return !keys.equals(tried);
  }

  private static void await(List<CompletableFuture<Void>> looks) {
    try {
      CompletableFuture.allOf(looks.toArray(CompletableFuture<?>[]::new))
          .get(KeySet.LOOK_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // goes on with the keys that there are; the set says what is wrong
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void renew() {
    Set<TokenKey> before = keys;
    keys = gathered();
    if (!keys.containsAll(before)) {
      removals++;
    }
  }

  private Set<TokenKey> gathered() {
    Set<TokenKey> all = new LinkedHashSet<>(configured);
    sets.forEach(set -> all.addAll(set.keys()));
    return all;
  }

  @Override
  public void close() {
    if (schedule != null) {
      schedule.shutdownNow();
    }
    sets.forEach(KeySet::close);
  }
}
