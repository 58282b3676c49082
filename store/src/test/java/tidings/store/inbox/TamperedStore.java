package tidings.store.inbox;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import tidings.core.inbox.Change;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Snapshot;

/** A store that keeps all, and tells it wrong. */
final class TamperedStore extends ForwardingStore {
  private final Tampering tampering;

  TamperedStore(InboxStore store, Tampering tampering) {
    super(store);
    this.tampering = tampering;
  }

  @Override
  public <T> CompletableFuture<T> read(Lane lane, Function<Snapshot, T> reading) {
    return super.read(lane, snapshot -> reading.apply(new TamperedSnapshot(snapshot, tampering)));
  }

  @Override
  public void listen(Listener listener) {
    super.listen(
        new Listener() {
          @Override
          public void changed(String user, long rev, Change change) {
            listener.changed(user, rev, told(change));
          }

          @Override
          public void erased(String user) {
            if (tampering != Tampering.AN_ERASING_IS_NOT_TOLD) {
              listener.erased(user);
            }
          }
        });
  }

  private Change told(Change change) {
    return tampering == Tampering.A_CHANGE_IS_NOT_TOLD && change instanceof Change.Touch touch
        ? new Change.Touch(List.of(), touch.read(), touch.archived())
        : change;
  }
}
