package tidings.core.inbox;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.log.Cursor;
import tidings.core.log.Epochs;
import tidings.core.log.Log;
import tidings.core.notification.Address;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * People's own views of the log (protocol/inbox.md, preferences.md). Thread-safe. What returns a
 * future never blocks; all else does, so it is never called on an event loop. All but {@link
 * #enter} and {@link #topics} need a caller who is a user, and throw, or fail with, a {@link
 * Refusal} of kind {@code UNAUTHENTICATED} or {@code FORBIDDEN} otherwise, or {@code UNAVAILABLE}
 * if the store can't be read.
 */
public final class Inboxes {
  /** How many entries can be marked by themselves at once, and how many a page may hold. */
  public static final int ENTRIES_MAX = 500;

  private static final int TOPICS_FOUND_MAX = 200_000;

  private final InboxStore store;
  private final Log log;
  private final InstantSource clock;
  private final Unread unread = new Unread();
  private final People people;
  private final Lru<Followed.Key, Followed> followed = new Lru<>(TOPICS_FOUND_MAX);

  /**
   * @param store that of the log, which must not have started
   */
  public Inboxes(InboxStore store, Log log, InstantSource clock) {
    this.store = store;
    this.log = log;
    this.clock = clock;
    this.people = new People(store, log);
    store.listen(
        new InboxStore.Listener() {
          @Override
          public void changed(String user, long rev, Change change) {
            people.changed(user);
            unread.changed(user, rev, change);
          }

          @Override
          public void erased(String user) {
            people.changed(user);
            unread.erased(user);
          }
        });
  }

  /**
   * Takes note of a user, who begins now if they are not known.
   *
   * @return what is known of them; never fails: if their beginning can't be stored, they are as one
   *     who begins now, and the next call tries again
   */
  public CompletableFuture<Person> enter(String user) {
    return people.enter(user);
  }

  /** One reading of a caller's inbox. */
  private record Reading(View view, Plans plans, Budget budget) {}

  private <T> CompletableFuture<T> read(
      Caller caller, InboxStore.Lane lane, Function<Reading, T> reading) {
    return enter(user(caller)).thenCompose(entered -> read(caller, entered, lane, reading));
  }

  private <T> CompletableFuture<T> read(
      Caller caller, Person entered, InboxStore.Lane lane, Function<Reading, T> reading) {
    return store.read(
        lane,
        snapshot -> {
          Person stored = snapshot.person(entered.user());
          Person person = stored != null ? stored : unstored(entered, snapshot);
          return reading.apply(reading(caller, lane, snapshot, person));
        });
  }

  private static Person unstored(Person entered, Snapshot snapshot) {
    return entered.number() == 0
        ? entered
        : Person.begins(0, entered.user(), snapshot.end()); // erased meanwhile
  }

  private Reading reading(Caller caller, InboxStore.Lane lane, Snapshot snapshot, Person person) {
    Instant now = clock.instant();
    long lateMs = now.toEpochMilli() + Words.TIME_MS;
    Budget budget =
        lane == InboxStore.Lane.SEARCH ? new Budget(() -> clock.millis() > lateMs) : new Budget();
    View view = new View(snapshot, store.sorts(), person, caller.grant().subscribe(), now, budget);
    List<Followed.Found> found =
        view.isListed() || !store.topics().isWhole() ? null : found(view.followed());
    return new Reading(view, new Plans(view, store.topics(), found, budget), budget);
  }

  private List<Followed.Found> found(Followed.Key key) {
    Followed known = followed.get(key);
    Followed list = known == null ? new Followed(key) : known;
    List<Followed.Found> found = list.all(store.topics());
    followed.put(key, list, 1 + found.size());
    return found;
  }

  /** What is kept of a user. */
  public Person person(Caller caller) {
    String user = user(caller);
    return join(
        enter(user)
            .thenCompose(entered ->
                store.read(
                    InboxStore.Lane.COUNTS,
                    snapshot -> Objects.requireNonNullElse(snapshot.person(user), entered))));
  }

  /**
   * The topics of what is kept, as far as the caller may read them, who need not be a user.
   *
   * @param after only those that come later in the order of bytes; null for all
   * @param limit 1 or more
   */
  public TopicPage topics(Caller caller, TopicPattern pattern, @Nullable String after, int limit) {
    Topics topics = new Topics(caller.grant().subscribe(), pattern, after, limit);
    boolean over = topics.isOver();
    while (!over) {
      over =
          join(store.read(InboxStore.Lane.COUNTS, snapshot -> topics.read(snapshot, log.epochs())));
    }
    return topics.page();
  }

  /**
   * Forgets a user, step by step, as protocol/presence.md says. The caller is who operates the hub.
   *
   * @return done on the store writer's thread when it is on stable storage
   */
  public CompletableFuture<Void> erase(String user) {
    return store.erase(user);
  }

  /** How much is unread. */
  public Summary summary(Caller caller) {
    return join(summary(caller, InboxStore.Lane.COUNTS));
  }

  /** The same for a stream: some that is asked for later goes first. */
  public CompletableFuture<Summary> summaryForStream(Caller caller) {
    return summary(caller, InboxStore.Lane.STREAMS);
  }

  private CompletableFuture<Summary> summary(Caller caller, InboxStore.Lane lane) {
    return enter(user(caller))
        .thenCompose(entered -> summary(caller, entered, lane, unread.new Count()));
  }

  private CompletableFuture<Summary> summary(
      Caller caller, Person entered, InboxStore.Lane lane, Unread.Count count) {
    Notes noted = unread.noted(entered.user());
    Function<Reading, Optional<Summary>> counting =
        reading ->
            Optional.ofNullable(
                count.read(reading.view(), reading.plans(), reading.budget(), log.epochs(), noted));
    return read(caller, entered, lane, counting)
        .thenCompose(counted ->
            counted
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> summary(caller, entered, lane, count)));
  }

  /**
   * One page of the list.
   *
   * @throws Refusal of kind {@code INVALID_CURSOR}
   */
  public Page page(Caller caller, Query query) {
    return page(caller, query, from(query));
  }

  private long from(Query query) {
    return query.before() == null ? Long.MAX_VALUE : position(query.before(), "before");
  }

  private Page page(Caller caller, Query query, long before) {
    InboxStore.Lane lane = query.words() == null ? InboxStore.Lane.COUNTS : InboxStore.Lane.SEARCH;
    return join(
        read(
            caller,
            lane,
            reading -> {
              Snapshot snapshot = reading.view().snapshot;
              long from = Math.min(before, snapshot.end() + 1);
              Listing listing =
                  new Listing(reading.view(), store.sorts(), query, from, reading.budget())
                      .read(candidates(reading, query, from - 1));
              Epochs epochs = log.epochs();
              return new Page(
                  listing.items(),
                  epochs.cursor(Math.min(listing.reached(), snapshot.end())),
                  listing.hasMore(),
                  query.words() == null ? null : epochs.cursor(snapshot.indexed()),
                  reading.view().person.rev());
            }));
  }

  private static Candidates candidates(Reading reading, Query query, long upTo) {
    Words words = query.words();
    if (words == null) {
      return reading.plans().of(query, upTo);
    }
    long indexed = reading.view().snapshot.indexed();
    return new Matches(reading.view(), words, Math.min(upTo, indexed), reading.budget());
  }

  /**
   * Marks entries by themselves.
   *
   * @param ids 1 to {@link #ENTRIES_MAX}
   * @param read null to leave it as it is
   * @param archived null to leave it as it is
   * @throws Refusal if nothing was stored
   */
  public Marked touch(
      Caller caller, List<UUID> ids, @Nullable Boolean read, @Nullable Boolean archived) {
    record Found(long rev, List<UUID> missing, List<Change.Touch.At> entries) {}
    Found found =
        join(
            read(
                caller,
                InboxStore.Lane.COUNTS,
                reading -> {
                  View view = reading.view();
                  Map<UUID, Long> positions = view.snapshot.positions(ids);
                  List<UUID> missing = new ArrayList<>();
                  List<Change.Touch.At> entries = new ArrayList<>();
                  for (UUID id : ids) {
                    Candidate candidate =
                        positions.containsKey(id) ? view.at(positions.get(id)) : null;
                    if (candidate == null || !candidate.isOfInbox()) {
                      missing.add(id);
                    } else {
                      entries.add(new Change.Touch.At(candidate.position(), candidate.isDirect()));
                    }
                  }
                  return new Found(view.person.rev(), missing, entries);
                }));
    long rev =
        found.entries().isEmpty()
            ? found.rev()
            : change(caller, new Change.Touch(found.entries(), read, archived)).rev();
    return new Marked(rev, found.missing());
  }

  /**
   * Marks everything up to a cursor.
   *
   * @param filters null for all that there is; else what this list shows is marked, one by one, in
   *     steps that are each stored by themselves
   * @param check run before steps, as the credentials may have ended; what it throws is the answer
   * @return the user's revision after it
   * @throws Refusal of kind {@code INVALID_CURSOR}, or if not all was stored
   */
  public long markAll(
      Caller caller, Mark.Kind kind, Cursor upTo, @Nullable Query filters, Runnable check) {
    join(enter(user(caller)));
    long position = position(upTo, "upTo");
    return filters == null
        ? markAll(caller, kind, position, check)
        : markShown(caller, kind, position, filters.from(null, ENTRIES_MAX), check);
  }

  private long markAll(Caller caller, Mark.Kind kind, long upTo, Runnable check) {
    Changed changed = change(caller, new Change.MarkAll(kind, upTo));
    for (Change rest = changed.rest(); rest != null; rest = changed.rest()) {
      check.run();
      changed = change(caller, rest);
    }
    return changed.rev();
  }

  private long markShown(Caller caller, Mark.Kind kind, long upTo, Query filters, Runnable check) {
    Boolean read = kind == Mark.Kind.READ ? true : null;
    Boolean archived = kind == Mark.Kind.ARCHIVED ? true : null;
    Page page;
    long rev;
    long from = upTo + 1;
    do {
      page = page(caller, filters, from);
      rev = page.rev();
      check.run();
      if (!page.items().isEmpty()) {
        List<Change.Touch.At> entries =
            page.items().stream()
                .map(item ->
                    new Change.Touch.At(
                        item.entry().position(), item.entry().to().contains(address(caller))))
                .toList();
        rev = change(caller, new Change.Touch(entries, read, archived)).rev();
      }
      from = page.cursor().position();
    } while (page.more());
    return rev;
  }

  /**
   * Replaces a user's preferences.
   *
   * @param expected the revision of the last change of preferences, if the client named it
   * @return the user after it
   * @throws Refusal of kind {@code REV_CONFLICT}, or if nothing was stored
   */
  public Person save(Caller caller, Preferences wanted, OptionalLong expected) {
    while (true) {
      Person before = person(caller);
      expected.ifPresent(before::expectPreferences);
      Preferences after = wanted.after(before.preferences()); // here, as the writer has no time
      try {
        change(caller, new Change.Save(after, before.preferencesRev(), clock.instant()));
        return person(caller);
      } catch (Refusal e) {
        if (expected.isPresent() || e.problem().kind() != Problem.Kind.REV_CONFLICT) {
          throw e;
        } // another device was faster
      }
    }
  }

  private Changed change(Caller caller, Change change) {
    String user = user(caller);
    return join(
        store.change(user, change).whenComplete((changed, failure) -> people.changed(user)));
  }

  private static Address.User address(Caller caller) {
    return new Address.User(user(caller));
  }

  private static String user(Caller caller) {
    if (caller.user() == null) {
      throw Problem.of(
              caller.isAnonymous() ? Problem.Kind.UNAUTHENTICATED : Problem.Kind.FORBIDDEN,
              "an inbox is a user's, and these credentials are not one's")
          .refusal();
    }
    return caller.user();
  }

  private long position(Cursor cursor, String field) {
    Epochs.Resumption place = log.epochs().resume(cursor, log.end(), 0);
    if (!place.known()) {
      throw new Problem(
              Problem.Kind.INVALID_CURSOR,
              "%s: cursor \"%s\" is not of this history".formatted(field, cursor),
              field)
          .refusal();
    }
    return place.position();
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        throw refusal;
      }
      throw e;
    }
  }
}
