package tidings.core.delivery;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Preferences;
import tidings.core.notification.AddressPattern;

/**
 * Keeps what the streams of one user carry in step with the user's preferences
 * (protocol/preferences.md). Used on the dispatcher's thread.
 */
final class PreferredStreams {
  private final Dispatcher dispatcher;
  private final Shared shared;
  private final List<Subscriber> streams;
  private Preferences saved = Preferences.NONE;
  private long rev = -1; // not known yet
  private Preferences inForce = Preferences.NONE; // of those, by now
  private final Map<List<AddressPattern>, Narrowing> narrowings = new HashMap<>(1); // by grant
  private long nextEndMs = Long.MAX_VALUE; // of a mute in force

  /**
   * @param streams those that the user has here, whenever it is asked
   */
  PreferredStreams(Dispatcher dispatcher, Shared shared, List<Subscriber> streams) {
    this.dispatcher = dispatcher;
    this.shared = shared;
    this.streams = streams;
  }

  boolean isKnown() {
    return rev >= 0;
  }

  /** Those that count now for what is read without addresses. */
  Preferences now() {
    return saved.at(Instant.ofEpochMilli(shared.nowMs()));
  }

  /** Whether streams are to be moved that were opened by these. */
  boolean differFrom(Preferences opened) {
    return !opened.equals(inForce);
  }

  /** Takes what was saved, unless it is older than what is known. */
  void save(Preferences preferences, long savedRev) {
    if (savedRev > rev) {
      saved = preferences;
      rev = savedRev;
      apply();
    }
  }

  /** A mute may have ended. */
  void look(long nowMs) {
    if (nextEndMs <= nowMs) {
      apply();
    }
  }

  /** Holds the streams to what the preferences say by now. */
  private void apply() {
    Preferences before = inForce;
    inForce = now();
    if (!Objects.equals(before.follows(), inForce.follows())) {
      narrowings.clear();
    }
    nextEndMs = Long.MAX_VALUE;
    for (Mute mute : inForce.mutes()) {
      Instant until = mute.until();
      if (until != null) {
        nextEndMs = Math.min(nextEndMs, until.toEpochMilli());
      }
    }
    for (Subscriber subscriber : streams) {
      if (subscriber.unaddressed != null) {
        subscriber.outdated = true;
        dispatcher.holdBack(subscriber);
      }
    }
  }

  /**
   * Moves a stream to what the preferences say.
   *
   * @param asked what it asked for, without addresses
   * @return whether it is there; else there was no time for all
   */
  boolean settle(Subscriber subscriber, Filter asked, BooleanSupplier hasTime) {
    Caller caller = subscriber.caller;
    Narrowing narrowing =
        narrowings.computeIfAbsent(
            caller.grant().subscribe(), granted -> new Narrowing(caller, inForce.follows()));
    if (!narrowing.goOn(hasTime)) {
      return false;
    }
    subscriber.outdated = false;
    Interest interest = Interest.unaddressed(caller, asked, narrowing.found(), inForce.mutes());
    if (!interest.equals(subscriber.audience.interest)) {
      var _ = dispatcher.change(subscriber, interest);
    }
    return true;
  }
}
