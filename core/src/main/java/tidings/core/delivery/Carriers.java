package tidings.core.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import tidings.core.notification.Address;
import tidings.core.presence.Query;
import tidings.core.presence.Streams;

/**
 * Counts the streams of a dispatcher that carry an address, by user, in slices. Used on the
 * dispatcher's thread.
 */
final class Carriers {
  private final Shared shared;
  private final Loop loop;
  private final Address address;
  private final Streams streams;
  private final List<Audience> found = new ArrayList<>();
  private final CompletableFuture<Streams> done = new CompletableFuture<>();
  private int next;

  Carriers(Shared shared, Loop loop, Address address, Query query) {
    this.shared = shared;
    this.loop = loop;
    this.address = address;
    this.streams = new Streams(query);
  }

  /** Begins on the loop, from any thread. */
  CompletableFuture<Streams> count(Audiences audiences) {
    loop.execute(() ->
        guarded(() -> {
          audiences.find(address, found::add);
          goOn();
        }));
    return done;
  }

  private void goOn() {
    Slice slice = new Slice(shared);
    while (next < found.size() && slice.takesOne()) {
      count(found.get(next++));
    }
    if (next < found.size()) {
      loop.yieldThen(() -> guarded(this::goOn));
    } else {
      done.complete(streams);
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) { // or who asked would wait for ever
      done.completeExceptionally(e);
      throw e;
    }
  }

  private void count(Audience audience) {
    Interest interest = audience.interest;
    if (interest.user() != null && interest.isOpen(address)) {
      int count = 0;
      for (Subscriber member : audience.members) {
        count += member.listener == null ? 0 : 1;
      }
      streams.add(interest.user().id(), count);
    }
  }
}
