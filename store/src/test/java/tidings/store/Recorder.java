package tidings.store;

import java.util.ArrayList;
import java.util.List;
import tidings.core.log.Entry;
import tidings.core.log.Log;

/** Keeps what a listener heard, in its order. Thread-safe. */
public final class Recorder implements Log.Listener {
  private final List<String> heard = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();

  @Override
  public synchronized void committed(List<Entry> batch) {
    entries.addAll(batch);
    batch.forEach(entry -> heard.add("committed " + entry.position()));
  }

  @Override
  public synchronized void gone(long position) {
    heard.add("gone " + position);
  }

  @Override
  public synchronized void purgedBelow(long lowWater) {
    heard.add("purgedBelow " + lowWater);
  }

  /** Notes something else that happened, in order with what was heard. */
  public synchronized void note(String event) {
    heard.add(event);
  }

  public synchronized List<String> heard() {
    return List.copyOf(heard);
  }

  public synchronized List<Long> positions() {
    return entries.stream().map(Entry::position).toList();
  }
}
