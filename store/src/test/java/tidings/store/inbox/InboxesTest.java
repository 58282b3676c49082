package tidings.store.inbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tidings.core.access.Caller;
import tidings.core.access.Credential;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.filter.Filter;
import tidings.core.inbox.Change;
import tidings.core.inbox.Changed;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Page;
import tidings.core.inbox.Preferences;
import tidings.core.inbox.Query;
import tidings.core.inbox.Row;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.State;
import tidings.core.inbox.Summary;
import tidings.core.inbox.TopicPage;
import tidings.core.inbox.Words;
import tidings.core.log.Append;
import tidings.core.log.Cursor;
import tidings.core.log.Entry;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Level;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.store.ManualTime;
import tidings.store.Outcome;

/** What inboxes cost, and what they refuse. */
final class InboxesTest {
  private static final Publisher SHOP = Publisher.subject("shop");

  private final ManualTime time = new ManualTime();
  private final MemoryStore store = new MemoryStore(new Memory(), Tampering.NONE);
  private final Watched watched = new Watched(store);
  private final Inboxes inboxes = new Inboxes(watched, store, time);
  private final Caller alice = user("alice");

  private static Caller user(String name) {
    return Caller.of(name, Publisher.subject(name), Grant.ALL, null, null);
  }

  /** Alice, with a token that may read so much. */
  private static Caller reader(String... granted) {
    List<AddressPattern> read = Stream.of(granted).map(AddressPattern::of).toList();
    Grant grant = new Grant(List.of(), read, false, false, false);
    return Caller.of("alice", Publisher.subject("alice"), grant, null, null);
  }

  /** Counts what is read, and refuses to store if told so. */
  private final class Watched extends ForwardingStore {
    int seeks;
    int rows;
    boolean full;
    @Nullable Runnable first; // what another device does before the next change
    final List<Change> changes = new ArrayList<>();
    int looks = Integer.MAX_VALUE; // so many are in time
    final List<String> topics = new ArrayList<>();

    Watched(InboxStore store) {
      super(store);
    }

    @Override
    public <T> CompletableFuture<T> read(Lane lane, Function<Snapshot, T> reading) {
      return super.read(
          lane,
          snapshot ->
              reading.apply(
                  new ForwardingSnapshot(snapshot) {
                    @Override
                    public List<Row> rows(Address address, long above, long upTo, int limit) {
                      List<Row> found = super.rows(address, above, upTo, limit);
                      seeks++;
                      rows += found.size();
                      return found;
                    }

                    @Override
                    public List<String> topics(String from, String below, int limit) {
                      List<String> found = super.topics(from, below, limit);
                      seeks++;
                      topics.addAll(found);
                      return found;
                    }

                    @Override
                    public @Nullable List<Long> matches(
                        Words words,
                        List<AddressPattern> granted,
                        long above,
                        long upTo,
                        int limit,
                        BooleanSupplier isOver) {
                      if (looks-- > 0) {
                        return super.matches(words, granted, above, upTo, limit, isOver);
                      }
                      time.pass(Duration.ofSeconds(1));
                      return null;
                    }
                  }));
    }

    @Override
    public CompletableFuture<Changed> change(String user, Change change) {
      Runnable other = first;
      first = null;
      if (other != null) {
        other.run();
      }
      changes.add(change);
      return full
          ? CompletableFuture.failedFuture(
              Problem.of(Problem.Kind.STORAGE_FULL, "no room").refusal())
          : super.change(user, change);
    }

    void reset() {
      seeks = 0;
      rows = 0;
    }
  }

  private List<UUID> publish(int count, String to, String type, int bytes) {
    return publish(count, to, type, Entry.NEVER, "x".repeat(bytes));
  }

  private List<UUID> publish(int count, String to, String type, long expiresMs, String json) {
    List<NewEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(
          new NewEntry(
              UUID.randomUUID(),
              SHOP,
              List.of(Address.of(to)),
              type,
              null,
              Level.INFO,
              0,
              0,
              expiresMs,
              json.getBytes(StandardCharsets.UTF_8),
              null,
              null,
              null,
              null,
              null,
              false));
    }
    Outcome outcome = new Outcome();
    store.append(new Append(entries, outcome));
    return entries.stream().map(NewEntry::id).toList();
  }

  private static Query query(@Nullable Cursor before, int limit) {
    return new Query(Query.NOT_ARCHIVED, Filter.NONE, Filter.Choice.any(), null, before, limit);
  }

  private static Preferences preferences(List<String> follows, List<Mute> mutes) {
    return new Preferences(
        follows.stream()
            .map(pattern -> new Preferences.Follow(TopicPattern.of(pattern), 0))
            .toList(),
        mutes,
        null);
  }

  private Summary summary() {
    return inboxes.summary(alice);
  }

  @Test
  void countsAreExactUpTo999() {
    inboxes.enter("alice").join();
    publish(999, "everyone", "t", 1);
    assertThat(summary()).extracting(Summary::unread, Summary::more).containsExactly(999, false);
    publish(1, "everyone", "t", 1);
    assertThat(summary()).extracting(Summary::unread, Summary::more).containsExactly(999, true);
    inboxes.markAll(alice, Mark.Kind.SEEN, store.epochs().cursor(999), null, () -> {});
    assertThat(summary())
        .extracting(Summary::unread, Summary::unseen, Summary::more)
        .containsExactly(999, 1, true);
  }

  @Test
  void whatIsUnseenIsCountedBelowAThousandThatAreNot() {
    inboxes.enter("alice").join();
    List<UUID> ids = publish(1_600, "everyone", "t", 1);
    for (List<UUID> some : List.of(ids.subList(600, 1_100), ids.subList(1_100, 1_600))) {
      inboxes.touch(alice, some, true, null);
      inboxes.touch(alice, some, false, null);
    }
    assertThat(summary())
        .extracting(Summary::unread, Summary::unseen, Summary::more)
        .containsExactly(999, 600, true);
    inboxes.markAll(alice, Mark.Kind.SEEN, store.epochs().cursor(100), null, () -> {});
    assertThat(summary()).extracting(Summary::unseen).isEqualTo(500);
  }

  private void save(OptionalLong expected, String... patterns) {
    inboxes.save(alice, preferences(List.of(patterns), List.of()), expected);
  }

  private List<Long> since() {
    List<Preferences.Follow> follows = inboxes.person(alice).preferences().follows();
    return requireNonNull(follows).stream().map(Preferences.Follow::since).toList();
  }

  /** Each pattern is held against each: the store's one writer, which all wait for, does not. */
  @Test
  void fromWhereAPatternCountsIsWorkedOutBeforeTheStoreIsToSaveIt() {
    publish(3, "everyone", "t", 1);
    save(OptionalLong.empty(), "a.#");
    publish(2, "everyone", "t", 1);
    save(OptionalLong.empty(), "a.b", "c");
    assertThat(((Change.Save) watched.changes.getLast()).wanted().follows())
        .containsExactly(
            new Preferences.Follow(TopicPattern.of("a.b"), 3),
            new Preferences.Follow(TopicPattern.of("c"), Long.MAX_VALUE));
    assertThat(since()).containsExactly(3L, 5L);
  }

  @Test
  void ofTwoDevicesThatSaveAtOnceTheSecondSavesOverTheFirst() {
    publish(3, "everyone", "t", 1);
    save(OptionalLong.empty(), "a.#");
    publish(2, "everyone", "t", 1);
    watched.first = () -> save(OptionalLong.empty(), "x");
    save(OptionalLong.empty(), "a.b");
    assertThat(since()).containsExactly(5L);
    long rev = inboxes.person(alice).preferencesRev();
    watched.first = () -> save(OptionalLong.empty(), "x");
    assertThat(catchThrowableOfType(Refusal.class, () -> save(OptionalLong.of(rev), "a")).problem())
        .extracting(Problem::kind)
        .isEqualTo(Problem.Kind.REV_CONFLICT);
  }

  @Test
  void aLongCountIsMadeOnceAndThenKeptUp() {
    publish(5, "user:alice", "t", 1);
    inboxes.save(
        alice,
        preferences(List.of(), List.of(new Mute.OfType(TopicPattern.of("push"), null))),
        OptionalLong.empty());
    publish(35_000, "everyone", "push", 1);
    assertThat(summary().unread()).isEqualTo(5);
    assertThat(watched.rows).isGreaterThanOrEqualTo(35_000);
    watched.reset();
    publish(1, "everyone", "t", 1);
    assertThat(summary().unread()).isEqualTo(6);
    assertThat(watched.rows).isEqualTo(1);
  }

  @Test
  void aPageEndsAfterTenThousandEntriesAndGoesOn() {
    publish(5, "user:alice", "t", 1);
    inboxes.save(
        alice,
        preferences(List.of(), List.of(new Mute.OfType(TopicPattern.of("push"), null))),
        OptionalLong.empty());
    publish(35_000, "everyone", "push", 1);
    int pages = 0;
    Page page = inboxes.page(alice, query(null, 50));
    for (; page.items().isEmpty(); pages++) {
      assertThat(page.more()).isTrue();
      page = inboxes.page(alice, query(page.cursor(), 50));
    }
    assertThat(pages).isBetween(3, 4);
    assertThat(page.items()).hasSize(5);
    assertThat(page.more()).isFalse();
  }

  @Test
  void whatIsLookedUpByItselfCountsAsSeveral() {
    inboxes.enter("alice").join();
    List<UUID> ids = publish(1_000, "user:alice", "t", 1);
    inboxes.touch(alice, ids.subList(0, 500), null, true);
    inboxes.touch(alice, ids.subList(500, 1_000), null, true);
    Filter none =
        new Filter(
            List.of(),
            new Filter.Choice<>(List.of(TopicPattern.of("none")), List.of()),
            Filter.Choice.any(),
            Level.INFO);
    Page first = inboxes.page(alice, archived(none, null));
    assertThat(first.items()).isEmpty();
    assertThat(first.more()).isTrue();
    assertThat(inboxes.page(alice, archived(none, first.cursor())).more()).isFalse();
  }

  private static Query archived(Filter filter, @Nullable Cursor before) {
    return new Query(Set.of(State.ARCHIVED), filter, Filter.Choice.any(), null, before, 50);
  }

  @Test
  void aPageEndsAtAMebibyte() {
    publish(7, "user:alice", "t", 300_000);
    Page first = inboxes.page(alice, query(null, 50));
    assertThat(first.items())
        .extracting(item -> item.entry().position())
        .containsExactly(7L, 6L, 5L);
    assertThat(first.more()).isTrue();
    Page second = inboxes.page(alice, query(first.cursor(), 50));
    assertThat(second.items())
        .extracting(item -> item.entry().position())
        .containsExactly(4L, 3L, 2L);
  }

  @Test
  void quietTopicsAreNotSought() {
    inboxes.save(alice, preferences(List.of("#"), List.of()), OptionalLong.empty());
    for (int i = 0; i < 400; i++) {
      publish(1, "topic:t" + i, "t", 1);
    }
    publish(60, "topic:busy", "t", 1);
    assertThat(inboxes.page(alice, query(null, 500)).items()).hasSize(460);
    assertThat(summary().unread()).isEqualTo(460);
    publish(1, "topic:t7", "t", 1);
    watched.reset();
    assertThat(inboxes.page(alice, query(null, 50)).items()).hasSize(50);
    assertThat(watched.seeks).isLessThan(10);
    watched.reset();
    assertThat(summary().unread()).isEqualTo(461);
    assertThat(watched.seeks).isLessThan(5);
  }

  @Test
  void aTopicThatIsFollowedIsFoundByItsOwnRows() {
    inboxes.save(alice, preferences(List.of("#"), List.of()), OptionalLong.empty());
    publish(1, "topic:rare", "t", 1);
    publish(12_000, "topic:busy", "t", 1);
    publish(1, "topic:rare", "t", 1);
    watched.reset();
    Page page = inboxes.page(alice, ofTopics("rare"));
    assertThat(page.items())
        .extracting(item -> item.entry().position())
        .containsExactly(12_002L, 1L);
    assertThat(page.more()).isFalse();
    assertThat(watched.rows).isEqualTo(2);
  }

  /** Or it would tell how much there is. */
  @Test
  void ofATopicThatMayNotBeReadNoRowIsLookedAt() {
    Caller narrow = reader("topic:open");
    inboxes.save(alice, preferences(List.of("secret", "open"), List.of()), OptionalLong.empty());
    publish(12_000, "topic:secret", "t", 1);
    watched.reset();
    assertThat(inboxes.page(narrow, ofTopics("secret")))
        .extracting(Page::items, Page::more)
        .containsExactly(List.of(), false);
    assertThat(watched.rows).isZero();
  }

  private static Query ofTopics(String... names) {
    return new Query(
        Query.NOT_ARCHIVED,
        Filter.NONE,
        new Filter.Choice<>(Stream.of(names).map(TopicPattern::of).toList(), List.of()),
        null,
        null,
        50);
  }

  @Test
  void anInboxIsAUsers() {
    Caller nobody = new Caller(null, Publisher.subject(null), Grant.NOTHING, null, null);
    Caller machine =
        new Caller(null, SHOP, Grant.ALL, null, new Credential.ApiToken("build", "hash"));
    assertThat(refused(() -> inboxes.page(nobody, query(null, 1))))
        .isEqualTo(Problem.Kind.UNAUTHENTICATED);
    assertThat(refused(() -> inboxes.page(machine, query(null, 1))))
        .isEqualTo(Problem.Kind.FORBIDDEN);
    assertThat(refused(() -> inboxes.touch(machine, List.of(), true, null)))
        .isEqualTo(Problem.Kind.FORBIDDEN);
  }

  private static Problem.Kind refused(Callable<?> call) {
    return catchThrowableOfType(Refusal.class, call::call).problem().kind();
  }

  @Test
  void anothersIdIsAsUnknownAsAnyOther() {
    List<UUID> bobs = publish(1, "user:bob", "t", 1);
    List<UUID> mine = publish(1, "user:alice", "t", 1);
    UUID unknown = UUID.randomUUID();
    List<UUID> ids = List.of(unknown, mine.getFirst(), bobs.getFirst());
    assertThat(inboxes.touch(alice, ids, true, null).missing())
        .containsExactly(unknown, bobs.getFirst());
    assertThat(inboxes.summary(user("bob")).unread()).isEqualTo(1);
  }

  @Test
  void aCursorOfAnotherHistoryIsRefused() {
    publish(3, "everyone", "t", 1);
    Cursor beyond = store.epochs().cursor(4);
    Cursor other = new Cursor("00000000", 1);
    for (Cursor bad : List.of(beyond, other)) {
      assertThat(refused(() -> inboxes.page(alice, query(bad, 1))))
          .isEqualTo(Problem.Kind.INVALID_CURSOR);
      assertThat(refused(() -> inboxes.markAll(alice, Mark.Kind.READ, bad, null, () -> {})))
          .isEqualTo(Problem.Kind.INVALID_CURSOR);
    }
  }

  @Test
  void whoseBeginningCantBeStoredIsReadAsOneWhoBeginsNow() {
    watched.full = true;
    publish(1, "everyone", "t", 1);
    publish(1, "user:alice", "t", 1);
    assertThat(summary()).extracting(Summary::unread, Summary::rev).containsExactly(1, 0L);
    assertThat(
            refused(() ->
                inboxes.markAll(alice, Mark.Kind.READ, store.epochs().cursor(2), null, () -> {})))
        .isEqualTo(Problem.Kind.STORAGE_FULL);
    watched.full = false;
    publish(1, "everyone", "t", 1);
    assertThat(summary().unread()).isEqualTo(1);
    publish(1, "everyone", "t", 1);
    assertThat(summary().unread()).isEqualTo(2);
  }

  @Test
  void whoseBeginningCantBeStoredIsCountedToTheEnd() {
    publish(1, "user:alice", "t", 1);
    publish(35_000, "user:alice", "t", time.millis() - 1, "x");
    watched.full = true;
    assertThat(summary().unread()).isEqualTo(1);
  }

  @Test
  void aSearchThatIsLateGetsFurtherAllTheSame() {
    publish(5, "user:alice", "t", Entry.NEVER, "{\"title\":\"order\"}");
    Inboxes late =
        new Inboxes(
            store,
            store,
            () -> {
              time.pass(Duration.ofSeconds(1));
              return time.instant();
            });
    List<Long> found = new ArrayList<>();
    Cursor before = null;
    Page page;
    do {
      page = late.page(alice, search(before));
      page.items().forEach(item -> found.add(item.entry().position()));
      before = page.cursor();
    } while (page.more());
    assertThat(found).containsExactly(5L, 4L, 3L, 2L, 1L);
  }

  private static Query search(@Nullable Cursor before) {
    return new Query(
        Query.NOT_ARCHIVED,
        Filter.NONE,
        Filter.Choice.any(),
        Words.of("order"),
        before,
        Inboxes.ENTRIES_MAX);
  }

  @Test
  void aLookThatIsEndedEndsThePageAndIsRefusedOnlyIfItIsTheFirst() {
    publish(300, "user:alice", "t", Entry.NEVER, "{\"title\":\"order\"}");
    watched.looks = 1;
    Page page = inboxes.page(alice, search(null));
    assertThat(page.items()).hasSize(256);
    assertThat(page.more()).isTrue();
    assertThat(page.cursor().position()).isEqualTo(45);

    Refusal refused =
        catchThrowableOfType(Refusal.class, () -> inboxes.page(alice, search(page.cursor())));
    assertThat(refused.problem().kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
    assertThat(refused.problem().field()).isEqualTo("q");
    watched.looks = 1;
    assertThat(inboxes.page(alice, search(page.cursor())).items()).hasSize(44);
  }

  @Test
  void whoComesBackWhileTheyAreErasedIsCountedAnewAfterIt() {
    publish(3, "user:alice", "t", 1);
    List<Integer> meanwhile = new ArrayList<>();
    store.listen(
        new InboxStore.Listener() {
          @Override
          public void changed(String user, long rev, Change change) {}

          @Override
          public void erased(String user) {
            meanwhile.add(summary().unread());
          }
        });
    assertThat(summary().unread()).isEqualTo(3);
    store.erase("alice").join();
    assertThat(meanwhile).containsExactly(3, 0);
  }

  @Test
  void aMarkInStepsEndsWithTheCredentials() {
    inboxes.enter("alice").join();
    publish(1_200, "everyone", "t", 1);
    Query shown = new Query(Query.NOT_ARCHIVED, Filter.NONE, Filter.Choice.any(), null, null, 1);
    Refusal ended = Problem.of(Problem.Kind.UNAUTHENTICATED, "taken back").refusal();
    AtomicInteger steps = new AtomicInteger();
    Runnable check =
        () -> {
          if (steps.incrementAndGet() == 3) {
            throw ended;
          }
        };
    Cursor all = store.epochs().cursor(1_200);
    assertThat(refused(() -> inboxes.markAll(alice, Mark.Kind.READ, all, shown, check)))
        .isEqualTo(Problem.Kind.UNAUTHENTICATED);
    assertThat(summary().unread()).isEqualTo(200);
  }

  @Test
  void aFilteredMarkGoesOverAnyNumber() {
    inboxes.enter("alice").join();
    publish(1_200, "everyone", "t", 1);
    publish(3, "everyone", "push", 1);
    Filter filter =
        new Filter(
            List.of(),
            new Filter.Choice<>(List.of(TopicPattern.of("t")), List.of()),
            Filter.Choice.any(),
            Level.INFO);
    Query shown = new Query(Query.NOT_ARCHIVED, filter, Filter.Choice.any(), null, null, 1);
    assertThat(
            inboxes.markAll(alice, Mark.Kind.READ, store.epochs().cursor(1_203), shown, () -> {}))
        .isEqualTo(3);
    assertThat(summary().unread()).isEqualTo(3);
    assertThat(inboxes.touch(alice, Collections.emptyList(), true, null).rev()).isEqualTo(3);
  }

  // --- topics to choose from ---

  private List<String> names(Caller caller, TopicPattern pattern, int limit) {
    List<String> names = new ArrayList<>();
    String after = null;
    TopicPage page;
    do {
      page = inboxes.topics(caller, pattern, after, limit);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
      page.items().forEach(item -> names.add(item.topic()));
      assertThat(page.after()).isNotEqualTo(page.more() ? after : "");
      after = page.after();
    } while (page.more());
    return names;
  }

  @Test
  void topicsAreThoseThatPatternAndGrantHave() {
    Random random = new Random();
    long seed = random.nextLong();
    random.setSeed(seed);
    Supplier<String> topic = () -> dotted(random, "a", "b", "a-b", "a_", "A");
    Supplier<String> pattern = () -> dotted(random, "a", "b", "a-b", "*", "#");
    List<String> all = Stream.generate(topic).limit(60).distinct().sorted().toList();
    all.forEach(name -> publish(1, "topic:" + name, "t", 1));
    for (int round = 0; round < 300; round++) {
      String[] granted =
          Stream.generate(pattern)
              .limit(random.nextInt(4))
              .map(one -> "topic:" + one)
              .toArray(String[]::new);
      Caller caller = reader(granted);
      TopicPattern wanted = TopicPattern.of(pattern.get());
      assertThat(names(caller, wanted, 1 + random.nextInt(8)))
          .as("seed %d: %s of %s", seed, wanted, List.of(granted))
          .isEqualTo(
              all.stream()
                  .filter(wanted::matches)
                  .filter(name -> caller.grant().mayRead(Address.topic(name)))
                  .toList());
    }
  }

  private static String dotted(Random random, String... words) {
    return random
        .ints(1 + random.nextInt(3), 0, words.length)
        .mapToObj(i -> words[i])
        .collect(Collectors.joining("."));
  }

  /** Or the time that it takes would tell how many there are. */
  @Test
  void ofTopicsThatMayNotBeReadNoneIsLookedAt() {
    for (String name : List.of("open", "open-b", "open.a", "openx", "one", "one.a", "secret.a")) {
      publish(1, "topic:" + name, "t", 1);
    }
    Caller narrow = reader("topic:open.#", "topic:one");
    assertThat(names(narrow, TopicPattern.ALL, 9)).containsExactly("one", "open", "open.a");
    assertThat(watched.topics).containsExactly("one", "open", "open.a");
    watched.reset();
    assertThat(names(narrow, TopicPattern.of("secret.#"), 9)).isEmpty();
    assertThat(names(reader(), TopicPattern.ALL, 9)).isEmpty();
    assertThat(watched.seeks).isZero();
  }

  @Test
  void aPageOfTopicsEndsAfterTwentyThousandAndGoesOn() {
    for (int i = 10_000; i < 30_100; i++) {
      publish(1, "topic:t" + i, "t", 1);
    }
    publish(1, "topic:u.z", "t", 1);
    TopicPattern last = TopicPattern.of("#.z");
    TopicPage page = inboxes.topics(alice, last, null, 9);
    assertThat(page).isEqualTo(new TopicPage(List.of(), "t29999", true));
    assertThat(names(alice, last, 9)).containsExactly("u.z");
  }
}
