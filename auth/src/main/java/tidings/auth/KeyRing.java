package tidings.auth;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Credential;

/**
 * The keys that tokens are verified with: those that are configured one by one, and those of the
 * sets that are looked at again and again. Thread-safe; only {@link #start} blocks, for no longer
 * than a look takes.
 */
public final class KeyRing implements AutoCloseable {
  private final List<TokenKey> configured;
  private final List<KeySet> sets;
  private volatile Set<TokenKey> keys;
  private volatile Set<Credential.Key> names;
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
    this.names = names(keys);
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
    var _ =
        KeySet.await(
            CompletableFuture.allOf(
                sets.stream()
                    .map(set -> set.keepLooking(looking))
                    .toArray(CompletableFuture<?>[]::new)));
  }

  /** How often keys were removed. It rises after they are. */
  long removals() {
    return removals;
  }

  /** All keys as they are now. */
  Set<TokenKey> keys() {
    return keys;
  }

  /** Whether a key is one of these. */
  boolean holds(Credential.Key key) {
    return names.contains(key);
  }

  /** The set of an issuer, null if it has none. */
  @Nullable KeySet setOf(@Nullable String issuer) {
    return sets.stream().filter(set -> set.issuer().equals(issuer)).findAny().orElse(null);
  }

  private synchronized void renew() {
    Set<TokenKey> before = keys;
    Set<TokenKey> now = gathered();
    names = names(now); // first: what a new key signs must hold at once
    keys = now;
    if (!now.containsAll(before)) {
      removals++;
    }
  }

  private Set<TokenKey> gathered() {
    Set<TokenKey> all = new LinkedHashSet<>(configured);
    sets.forEach(set -> all.addAll(set.keys()));
    return all;
  }

  private static Set<Credential.Key> names(Set<TokenKey> keys) {
    return keys.stream().map(TokenKey::name).collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void close() {
    if (schedule != null) {
      schedule.shutdownNow();
    }
    sets.forEach(KeySet::close);
  }
}
