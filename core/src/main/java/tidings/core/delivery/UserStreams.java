package tidings.core.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.inbox.Change;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;
import tidings.core.inbox.Summary;

/**
 * The users whose streams a dispatcher has: hears what changes of them, and tells each stream how
 * its inbox stands (protocol/inbox.md, "Revisions and the inbox event"). Used on the dispatcher's
 * thread, but for {@link #changed}.
 */
final class UserStreams {
  /** To each stream, at most one event goes in this time. */
  private static final int APART_MS = 1_000;

  /** So many inboxes are counted at a time, and one while streams of the loop catch up. */
  private static final int ASKED_MAX = 8;

  private final Dispatcher dispatcher;
  private final Shared shared;
  private final Loop loop;
  private final Inboxes inboxes;
  private final Turns turns;
  private final Map<String, User> users = new ConcurrentHashMap<>(); // changed by the loop alone
  private final Queue<User> waiting = new ArrayDeque<>(); // to be counted
  private int asked;

  private final Map<String, News> news = new ConcurrentHashMap<>();
  private final AtomicBoolean told = new AtomicBoolean();

  /** A user with a stream here. */
  static final class User {
    final String id;
    private final List<Subscriber> streams = new ArrayList<>(1);
    private final PreferredStreams preferred;
    private long rev = -1; // the highest known
    private boolean queued; // it stands in waiting
    private boolean asking; // an answer is to come
    private boolean delayed; // a timer will queue it

    User(String id, Dispatcher dispatcher, Shared shared) {
      this.id = id;
      this.preferred = new PreferredStreams(dispatcher, shared, streams);
    }
  }

  /**
   * What changed of a user.
   *
   * @param saved preferences, if they were saved, …
   * @param savedRev … and with which revision
   */
  private record News(long rev, @Nullable Preferences saved, long savedRev) {
    News with(News later) {
      return later.saved == null ? new News(later.rev, saved, savedRev) : later;
    }
  }

  UserStreams(Dispatcher dispatcher, Shared shared, Loop loop, Turns turns) {
    this.dispatcher = dispatcher;
    this.shared = shared;
    this.loop = loop;
    this.inboxes = shared.inboxes();
    this.turns = turns;
  }

  // --- coming and going ---

  /** A stream of a user has said hello. */
  void add(Subscriber subscriber, Person person, Subscription.@Nullable Unaddressed unaddressed) {
    User user = users.computeIfAbsent(person.user(), id -> new User(id, dispatcher, shared));
    takeNews(user.id); // what came until now woke nobody
    if (person.number() != 0) {
      know(user, person);
    }
    subscriber.outdated =
        unaddressed != null && user.preferred.differFrom(unaddressed.preferences());
    subscriber.user = user;
    subscriber.placeOfUser = user.streams.size();
    user.streams.add(subscriber);
    subscriber.toldMs = tickerMs() - APART_MS;
    owe(subscriber);
  }

  void remove(Subscriber subscriber) {
    User user = subscriber.user;
    if (user != null) {
      subscriber.user = null;
      Subscriber last = user.streams.removeLast();
      if (last != subscriber) {
        user.streams.set(subscriber.placeOfUser, last);
        last.placeOfUser = subscriber.placeOfUser;
      }
      if (user.streams.isEmpty()) {
        users.remove(user.id, user);
      }
    }
  }

  /** The revision that a tick tells. */
  static OptionalLong rev(Subscriber subscriber) {
    User user = subscriber.user;
    return user == null || user.rev < 0 ? OptionalLong.empty() : OptionalLong.of(user.rev);
  }

  private void know(User user, Person person) {
    user.rev = Math.max(user.rev, person.rev());
    user.preferred.save(person.preferences(), person.preferencesRev());
  }

  // --- preferences ---

  /** Those that count now for what a subscriber reads without addresses. */
  Preferences preferences(Subscriber subscriber) {
    User user = subscriber.user;
    return user == null ? Preferences.NONE : user.preferred.now();
  }

  /**
   * Moves a stream to what the preferences say, if it is not there: before it gets anything more.
   *
   * @return whether it is there; else there was no time for all
   */
  boolean settle(Subscriber subscriber, BooleanSupplier hasTime) {
    User user = subscriber.user;
    Filter asked = subscriber.unaddressed;
    return !subscriber.outdated
        || user == null
        || asked == null
        || user.preferred.settle(subscriber, asked, hasTime);
  }

  // --- what others do ---

  /**
   * A change was stored. Called on the store writer's thread, before anything that is stored later
   * can be seen in the tail.
   */
  void changed(String id, long rev, Change change) {
    News latest =
        change instanceof Change.Save save
            ? new News(rev, save.wanted(), rev)
            : new News(rev, null, -1);
    news.merge(id, latest, News::with);
    if (users.containsKey(id) && !told.getAndSet(true)) {
      loop.execute(this::takeNews);
    }
  }

  /**
   * Takes note of what has changed. Whoever looks at the tail's end before it calls this dispatches
   * all up to that end by the preferences that were saved before it.
   */
  void takeNews() {
    told.set(false);
    if (news.isEmpty()) {
      return;
    }
    List.copyOf(news.keySet()).forEach(this::takeNews);
  }

  /** What was told of a user is of nobody any more. */
  void forget(String id) {
    news.remove(id);
  }

  private void takeNews(String id) {
    News latest = news.remove(id);
    User user = users.get(id);
    if (latest != null && user != null) {
      user.rev = Math.max(user.rev, latest.rev);
      if (latest.saved != null) {
        user.preferred.save(latest.saved, latest.savedRev);
      }
      user.streams.forEach(subscriber -> subscriber.owed = true);
      enqueue(user);
    }
  }

  // --- the inbox event ---

  /** A stream is to be told how its inbox stands. */
  void owe(Subscriber subscriber) {
    if (subscriber.user != null) {
      subscriber.owed = true;
      enqueue(subscriber.user);
    }
  }

  private void enqueue(User user) {
    if (!user.queued && !user.asking) {
      user.queued = true;
      waiting.add(user);
      askNext();
    }
  }

  private void askNext() {
    while (!waiting.isEmpty() && asked < (turns.areGoing() ? 1 : ASKED_MAX)) {
      User user = waiting.remove();
      user.queued = false;
      ask(user);
    }
  }

  /** Counts for those of a user's streams that are due and have the same grant. */
  private void ask(User user) {
    long nowMs = tickerMs();
    long soonestMs = Long.MAX_VALUE;
    List<Subscriber> due = new ArrayList<>(1);
    for (Subscriber subscriber : user.streams) {
      if (subscriber.owed && subscriber.held == null) {
        long waitMs = subscriber.toldMs + APART_MS - nowMs;
        if (waitMs > 0) {
          soonestMs = Math.min(soonestMs, waitMs);
        } else if (due.size() < Slice.SUBSCRIBERS_MAX
            && (due.isEmpty() || isGrantedAs(due.getFirst().caller, subscriber))) {
          due.add(subscriber);
        }
      }
    }
    if (!due.isEmpty()) {
      due.forEach(subscriber -> subscriber.owed = false);
      user.asking = true;
      asked++;
      Caller caller = due.getFirst().caller;
      var _ =
          inboxes
              .summaryForStream(caller)
              .whenComplete(
                  (summary, failure) -> loop.execute(() -> answered(user, caller, due, summary)));
    } else if (soonestMs < Long.MAX_VALUE) {
      enqueueLater(user, (int) soonestMs);
    }
  }

  private static boolean isGrantedAs(Caller caller, Subscriber subscriber) {
    return subscriber.caller.grant().subscribe().equals(caller.grant().subscribe());
  }

  private void enqueueLater(User user, int ms) {
    if (!user.delayed) {
      user.delayed = true;
      loop.later(
          () -> {
            user.delayed = false;
            enqueue(user);
          },
          ms);
    }
  }

  /**
   * @param summary null if it could not be read: then it is tried again
   */
  private void answered(User user, Caller caller, List<Subscriber> due, @Nullable Summary summary) {
    user.asking = false;
    asked--;
    int written = 0;
    try {
      if (summary != null) {
        user.rev = Math.max(user.rev, summary.rev());
        learn(user);
        Slice slice = new Slice(shared);
        for (; written < due.size(); written++) {
          tell(due.get(written), caller, summary, slice);
        }
      }
    } finally {
      for (Subscriber left : due.subList(written, due.size())) {
        left.owed = true;
      }
      if (written < due.size()) {
        enqueueLater(user, shared.retryMs());
      } else {
        enqueue(user);
      }
      askNext();
    }
  }

  /** The store can be read again that could not when a stream was opened. */
  private void learn(User user) {
    if (!user.preferred.isKnown()) {
      var _ =
          inboxes
              .enter(user.id)
              .thenAccept(person ->
                  loop.execute(() -> {
                    if (person.number() != 0) {
                      know(user, person);
                    }
                  }));
    }
  }

  private void tell(Subscriber subscriber, Caller caller, Summary summary, Slice slice) {
    User user = subscriber.user;
    if (user == null) {
      return; // it has left
    }
    if (slice.isOver(subscriber)) {
      dispatcher.expire(subscriber);
    } else if (!isGrantedAs(caller, subscriber)) {
      subscriber.owed = true; // it was renewed meanwhile
    } else if (!subscriber.outlet.isWritable()) {
      subscriber.held = summary;
    } else {
      write(subscriber, summary);
      subscriber.owed |= summary.rev() < user.rev;
    }
  }

  private void write(Subscriber subscriber, Summary summary) {
    subscriber.toldMs = tickerMs();
    subscriber.progressS = dispatcher.traffic().nowS();
    subscriber.outlet.write(new ControlEvent.Inbox(dispatcher.reached(subscriber), summary));
    subscriber.outlet.flush();
  }

  private long tickerMs() {
    return TimeUnit.NANOSECONDS.toMillis(shared.nanos());
  }

  // --- once a second, and before a turn of catching up ---

  /** Does what is due for a subscriber whose credentials hold. */
  void look(Subscriber subscriber, long nowMs) {
    User user = subscriber.user;
    if (user != null) {
      user.preferred.look(nowMs);
    }
    Summary held = subscriber.held;
    if (held != null && subscriber.outlet.isWritable()) {
      subscriber.held = null;
      write(subscriber, held);
      if (user != null && subscriber.owed) {
        enqueue(user);
      }
    }
  }
}
