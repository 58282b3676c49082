package tidings.store.inbox;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import tidings.core.inbox.Change;
import tidings.core.inbox.Changed;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.KnownTopics;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Sorts;

/** A store that passes everything on. */
public class ForwardingStore implements InboxStore {
  private final InboxStore store;

  public ForwardingStore(InboxStore store) {
    this.store = store;
  }

  @Override
  public <T> CompletableFuture<T> read(Lane lane, Function<Snapshot, T> reading) {
    return store.read(lane, reading);
  }

  @Override
  public CompletableFuture<Changed> change(String user, Change change) {
    return store.change(user, change);
  }

  @Override
  public CompletableFuture<Void> erase(String user) {
    return store.erase(user);
  }

  @Override
  public KnownTopics topics() {
    return store.topics();
  }

  @Override
  public Sorts sorts() {
    return store.sorts();
  }

  @Override
  public void listen(Listener listener) {
    store.listen(listener);
  }
}
