package tidings.core.inbox;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was used lately, up to a weight. Thread-safe. */
final class Lru<K, V> {
  private record Weighed<V>(V value, long weight) {}

  private final long weightMax;
  private final Map<K, Weighed<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long weight;

  Lru(long weightMax) {
    this.weightMax = weightMax;
  }

  synchronized @Nullable V get(K key) {
    Weighed<V> found = entries.get(key);
    return found == null ? null : found.value();
  }

  /** Puts a value, also one that is there and weighs something else now. */
  synchronized void put(K key, V value, long valueWeight) {
    Weighed<V> before = entries.put(key, new Weighed<>(value, valueWeight));
    weight += valueWeight - (before == null ? 0 : before.weight());
    Iterator<Weighed<V>> eldest = entries.values().iterator();
    while (weight > weightMax) {
      weight -= eldest.next().weight();
      eldest.remove();
    }
  }

  synchronized void remove(K key) {
    Weighed<V> removed = entries.remove(key);
    weight -= removed == null ? 0 : removed.weight();
  }

  /** Removes a value only if it is still this one. */
  synchronized void remove(K key, V value) {
    Weighed<V> found = entries.get(key);
    if (found != null && found.value().equals(value)) {
      remove(key);
    }
  }
}
