package tidings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ListAssert;
import org.assertj.core.api.ObjectAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tidings.core.inbox.Change;
import tidings.core.inbox.Changed;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Peek;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;
import tidings.core.inbox.QuietHours;
import tidings.core.inbox.ReadState;
import tidings.core.inbox.Row;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Sorts;
import tidings.core.inbox.Touched;
import tidings.core.inbox.WideRow;
import tidings.core.inbox.Words;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.log.LogReader;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Level;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** What every store must do for inboxes. A subclass says how one is opened. */
public abstract class InboxStoreContract {
  private static final long ALL = Long.MAX_VALUE;
  private static final List<String> USERS = List.of("alice", "bob", "carol");
  private static final List<String> ADDRESSES =
      List.of(
          "everyone", "user:alice", "user:bob", "user:carol", "topic:a", "topic:a.b", "topic:c");

  protected final ManualTime time = new ManualTime();
  private final List<Store> opened = new ArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();

  /** A store under test. */
  public record Store(Log log, InboxStore inboxes) {}

  /** Opens the test's one store, again after it was closed. The writer is not started. */
  protected abstract Store create(Retention retention);

  private void open(Retention retention) {
    Store store = create(retention);
    opened.add(store);
    store.inboxes.listen(
        new InboxStore.Listener() {
          @Override
          public void changed(String user, long rev, Change change) {
            heard.add(user + " " + rev);
          }

          @Override
          public void erased(String user) {
            heard.add("erased " + user);
          }
        });
    store.log.start(
        new Log.Listener() {
          @Override
          public void committed(List<Entry> entries) {}

          @Override
          public void gone(long position) {
            heard.add("gone " + position);
          }

          @Override
          public void stripped(Entry entry) {
            heard.add("stripped " + entry.position() + " " + entry.to());
          }

          @Override
          public void purgedBelow(long lowWater) {}
        });
  }

  private void open() {
    open(Retention.DEFAULT);
  }

  private Log log() {
    return opened.getLast().log;
  }

  private InboxStore inboxes() {
    return opened.getLast().inboxes;
  }

  @AfterEach
  final void closeAll() {
    opened.forEach(one -> one.log.close());
  }

  private long publish(NewEntry... entries) {
    Outcome outcome = new Outcome();
    log().append(new Append(List.of(entries), outcome));
    return outcome.receipts().getLast().position();
  }

  private long withdraw(UUID id) {
    Outcome outcome = new Outcome();
    log().withdraw(id, Drafts.ALICE, outcome);
    return outcome.receipts().getFirst().position();
  }

  private <T extends @Nullable Object> T read(Function<Snapshot, T> reading) {
    return Outcome.get(inboxes().read(InboxStore.Lane.COUNTS, reading));
  }

  private <T> ListAssert<T> assertList(Function<Snapshot, List<T>> reading) {
    List<T> read = read(reading);
    return assertThat(read);
  }

  private <T> ObjectAssert<T> assertOne(Function<Snapshot, T> reading) {
    T read = read(reading);
    return Assertions.assertThatObject(read);
  }

  private Person person(String user) {
    return Objects.requireNonNull(read(snapshot -> snapshot.person(user)), user);
  }

  private Changed change(String user, Change change) {
    return Outcome.get(inboxes().change(user, change));
  }

  private static Change.Touch touch(
      @Nullable Boolean read, @Nullable Boolean archived, long... positions) {
    return new Change.Touch(
        LongStream.of(positions).mapToObj(at -> new Change.Touch.At(at, false)).toList(),
        read,
        archived);
  }

  /** An entry of Alice's. */
  protected static NewEntry entry(
      String title,
      @Nullable String type,
      @Nullable String key,
      long happenedMs,
      boolean onlyActive,
      String... to) {
    UUID id = UUID.randomUUID();
    String json =
        "{\"id\":\"%s\",\"title\":\"%s\",\"body\":\"Grüße %s\"}".formatted(id, title, key);
    return new NewEntry(
        id,
        Drafts.ALICE,
        Arrays.stream(to).map(Address::of).toList(),
        type,
        null,
        Level.INFO,
        1_760_000_000_000L,
        happenedMs,
        onlyActive ? 1_760_000_060_000L : Entry.NEVER,
        json.getBytes(StandardCharsets.UTF_8),
        null,
        null,
        null,
        key,
        null,
        onlyActive);
  }

  private static NewEntry plain(String title, String... to) {
    return entry(title, null, null, 0, false, to);
  }

  private static NewEntry keyed(String key, long happenedMs, String... to) {
    return entry("t", null, key, happenedMs, false, to);
  }

  private List<Row> rows(String address) {
    return read(snapshot -> snapshot.rows(Address.of(address), 0, ALL, 10_000));
  }

  private static List<Long> positions(List<Row> rows) {
    return rows.stream().map(Row::position).toList();
  }

  // --- persons and their changes ---

  @Test
  void aPersonBeginsOnceAndIsThereAfterARestart() {
    open();
    publish(plain("a", "everyone"));
    assertOne(snapshot -> snapshot.person("alice")).isNull();
    assertThat(change("alice", new Change.Begin(1))).isEqualTo(new Changed(0, false));
    assertThat(change("alice", new Change.Begin(7))).isEqualTo(new Changed(0, false));
    log().close();
    open();

    Person alice = person("alice");
    assertThat(alice).isEqualTo(Person.begins(alice.number(), "alice", 1));
    assertThat(heard).isEmpty();
  }

  @Test
  void whoeverIsNotKnownBeginsWithTheirFirstChangeAtTheEnd() {
    open();
    publish(plain("a", "everyone"), plain("b", "everyone"));

    assertThat(change("alice", touch(true, null, 1))).isEqualTo(new Changed(0, false));
    assertThat(person("alice").begin()).isEqualTo(2);
  }

  @Test
  void marksExceptionsAndPreferencesAreThereAfterARestart() {
    open();
    publish(plain("a", "user:alice"), plain("b", "user:alice"), plain("c", "user:alice"));
    change("alice", new Change.Begin(0));
    assertThat(change("alice", new Change.MarkAll(Mark.Kind.READ, 2)))
        .isEqualTo(new Changed(1, true));
    assertThat(change("alice", touch(false, true, 1))).isEqualTo(new Changed(2, true));
    Preferences wanted =
        new Preferences(
            List.of(new Preferences.Follow(TopicPattern.of("shop.#"), 0)),
            List.of(new Mute.OfTopic(TopicPattern.of("a.*"), null)),
            new QuietHours("22:00", "07:00", "Europe/Berlin"));
    change("alice", new Change.Save(wanted.after(Preferences.NONE), 0, time.instant()));
    log().close();
    open();

    Person alice = person("alice");
    assertThat(alice.rev()).isEqualTo(3);
    assertThat(alice.read()).isEqualTo(new Mark(2, 1));
    assertThat(alice.seen()).isEqualTo(2);
    assertThat(alice.preferencesRev()).isEqualTo(3);
    assertThat(alice.preferences().follows())
        .containsExactly(new Preferences.Follow(TopicPattern.of("shop.#"), 3));
    assertThat(alice.preferences().mutes()).isEqualTo(wanted.mutes());
    assertThat(alice.preferences().quiet()).isEqualTo(wanted.quiet());
    assertList(snapshot -> snapshot.touched(alice.number(), 0, ALL, 9))
        .containsExactly(new Touched(1, new Touched.Flag(false, 2), new Touched.Flag(true, 2)));
    assertThat(heard).containsExactly("alice 1", "alice 2", "alice 3");
  }

  @Test
  void preferencesThatAnotherDeviceChangedAreNotOverwritten() {
    open();
    Change first = new Change.Save(Preferences.NONE, 7, time.instant());

    assertThatThrownBy(() -> change("alice", first))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.REV_CONFLICT));
    assertOne(snapshot -> snapshot.person("alice")).isNull();
    assertThat(heard).isEmpty();
  }

  @Test
  void aLowerMarkIsMadeInStepsOfFiveHundred() {
    open();
    int count = 1_200;
    long[] all = LongStream.rangeClosed(1, count).toArray();
    NewEntry[] entries = new NewEntry[count];
    Arrays.setAll(entries, i -> plain("t", "user:alice"));
    publish(entries);
    change("alice", new Change.MarkAll(Mark.Kind.READ, count));
    for (int from = 0; from < count; from += 400) {
      change("alice", touch(false, null, Arrays.copyOfRange(all, from, from + 400)));
    }
    Changed first = change("alice", new Change.MarkAll(Mark.Kind.READ, 1_100));
    change("alice", touch(null, true, 1_000)); // another device, meanwhile

    assertThat(first.changed()).isFalse();
    assertThat(stepsAfter(first)).containsExactly(true, true, true);
    assertThat(person("alice").rev()).isEqualTo(8);
    long alice = person("alice").number();
    List<Touched> unread =
        read(snapshot -> snapshot.touched(alice, Snapshot.Flag.UNREAD, 0, ALL, 10_000));
    assertThat(unread).hasSize(100).extracting(Touched::position).last().isEqualTo(1_101L);
    assertList(snapshot -> snapshot.touched(alice, Snapshot.Flag.ARCHIVED, 0, ALL, 9))
        .containsExactly(new Touched(1_000, null, new Touched.Flag(true, 5)));
  }

  /** Whether each step of a mark changed anything. */
  private List<Boolean> stepsAfter(Changed first) {
    List<Boolean> steps = new ArrayList<>();
    for (Change rest = first.rest(); rest != null; ) {
      Changed step = change("alice", rest);
      steps.add(step.changed());
      rest = step.rest();
    }
    return steps;
  }

  @Test
  void aMarkThatStaysGoesOnInStepsPastWhatItDoesNotConcern() {
    open();
    int count = 1_200;
    NewEntry[] entries = new NewEntry[count];
    Arrays.setAll(entries, i -> plain("t", "user:alice"));
    publish(entries);
    Change mark = new Change.MarkAll(Mark.Kind.READ, 100);
    change("alice", mark);
    change("alice", touch(false, null, 7, 8));
    for (int from = 101; from <= count; from += 400) {
      long[] some = LongStream.range(from, Math.min(from + 400, count + 1)).toArray();
      change("alice", touch(true, null, some));
      change("alice", touch(false, null, some));
    }

    assertThat(stepsAfter(change("alice", mark))).containsExactly(false, false, true);
    Changed again = change("alice", mark);
    assertThat(again.changed()).isFalse();
    assertThat(stepsAfter(again)).containsExactly(false, false, false);
    Person alice = person("alice");
    List<Touched> left =
        read(snapshot -> snapshot.touched(alice.number(), Snapshot.Flag.UNREAD, 0, ALL, 10_000));
    assertThat(held(alice, left))
        .hasSize(1_100)
        .extracting(Touched::position)
        .last()
        .isEqualTo(101L);
  }

  @Test
  void aMarkThatIsRepeatedLooksAtNothingThatItCovers() {
    open();
    int count = 1_200;
    NewEntry[] entries = new NewEntry[count];
    Arrays.setAll(entries, i -> plain("t", "user:alice"));
    publish(entries);
    Change mark = new Change.MarkAll(Mark.Kind.READ, count);
    change("alice", mark);
    for (int from = 1; from <= count; from += 400) {
      change("alice", touch(false, null, LongStream.range(from, from + 400).toArray()));
    }

    assertThat(change("alice", mark)).isEqualTo(new Changed(5, true));
    assertThat(change("alice", mark)).isEqualTo(new Changed(5, false));
    Changed lower = change("alice", new Change.MarkAll(Mark.Kind.READ, count - 1));
    assertThat(stepsAfter(lower)).containsExactly(false);
  }

  @Test
  void whatAMarkCoversIsSweptAndNothingElse() {
    open();
    NewEntry[] entries = new NewEntry[900];
    Arrays.setAll(entries, i -> plain("t", "user:alice"));
    publish(entries);
    change("alice", new Change.MarkAll(Mark.Kind.READ, 900));
    long[] all = LongStream.rangeClosed(1, 900).toArray();
    change("alice", touch(false, null, Arrays.copyOfRange(all, 0, 450)));
    change("alice", touch(false, null, Arrays.copyOfRange(all, 450, 900)));
    change("alice", touch(null, true, 3));
    change("bob", touch(null, true, 5));
    change("alice", new Change.MarkAll(Mark.Kind.READ, 900));
    change("alice", touch(false, null, 7));

    long alice = person("alice").number();
    await().until(() -> read(snapshot -> snapshot.touched(alice, 0, ALL, 1_000)).size() == 2);
    assertList(snapshot -> snapshot.touched(alice, 0, ALL, 9))
        .extracting(Touched::position)
        .containsExactly(7L, 3L);
    long bob = person("bob").number();
    assertList(snapshot -> snapshot.touched(bob, 0, ALL, 9)).hasSize(1);
  }

  @Test
  void aMarkThatStaysEndsWhatWasMarkedSinceAndElseChangesNothing() {
    open();
    publish(plain("a", "user:alice"), plain("b", "user:alice"));
    Change mark = new Change.MarkAll(Mark.Kind.ARCHIVED, 2);
    assertThat(change("alice", mark).rev()).isEqualTo(1);
    assertThat(change("alice", mark)).isEqualTo(new Changed(1, false));
    change("alice", touch(null, false, 1));
    assertThat(change("alice", mark)).isEqualTo(new Changed(3, true));
    assertThat(change("alice", mark)).isEqualTo(new Changed(3, false));
  }

  // --- the address index ---

  @Test
  void aKeyReplacesAtEachOfItsAddressesBySameKeyAndPublisher() {
    open();
    publish(
        keyed("k", 10, "everyone", "topic:a"),
        keyed("k", 20, "topic:a"),
        keyed("other", 30, "topic:a"),
        keyed("k", 40, "everyone", "topic:a"));

    assertThat(rows("everyone"))
        .extracting(Row::position, row -> row.sort() == Sorts.REPLACED, Row::replaces, Row::firstMs)
        .containsExactly(tuple(4L, false, 1L, 10L), tuple(1L, true, 0L, 0L));
    assertThat(rows("topic:a"))
        .extracting(Row::position, row -> row.sort() == Sorts.REPLACED, Row::replaces, Row::firstMs)
        .containsExactly(
            tuple(4L, false, 2L, 10L),
            tuple(3L, false, 0L, 0L),
            tuple(2L, true, 1L, 10L),
            tuple(1L, true, 0L, 0L));
  }

  @Test
  void theRowOfReplacementsGoesOnOverAWithdrawalAndARestart() {
    open();
    NewEntry second = keyed("k", 20, "topic:a");
    publish(keyed("k", 10, "topic:a"), second);
    withdraw(second.id());
    log().close();
    open();
    publish(keyed("k", 40, "topic:a"));

    assertThat(rows("topic:a"))
        .extracting(Row::position, row -> Math.min(row.sort(), 1), Row::replaces, Row::firstMs)
        .containsExactly(
            tuple(4L, 1, 2L, 10L),
            tuple(3L, Sorts.WITHDRAWAL, 2L, 0L),
            tuple(1L, Sorts.REPLACED, 0L, 0L));
  }

  @Test
  void anEntryForThoseWhoListenNowIsInNoPageAndCanBeWithdrawn() {
    open();
    NewEntry active = entry("t", "x", "k", 0, true, "topic:a");
    publish(keyed("k", 10, "topic:a"), active);

    assertThat(rows("topic:a")).extracting(Row::sort).first().isEqualTo(Sorts.ONLY_ACTIVE);
    assertThat(rows("topic:a").getLast().sort()).isPositive();
    assertList(snapshot -> snapshot.entries(List.of(1L, 2L))).hasSize(1);
    assertOne(snapshot -> snapshot.positions(List.of(active.id()))).isEqualTo(Map.of());
    assertThat(Outcome.get(log().reader().find(active.id()))).isEmpty();
    LogReader.Scan scan = new LogReader.Scan(0, 9, false, 9, null);
    assertThat(Outcome.get(log().reader().read(scan)).entries())
        .extracting(Entry::kind)
        .containsExactly(Entry.Kind.NOTIFICATION, Entry.Kind.ONLY_ACTIVE);
    assertThat(withdraw(active.id())).isEqualTo(3);
    assertThat(positions(rows("topic:a"))).containsExactly(3L, 1L);
  }

  @Test
  void whatIsUndoneLeavesNothingBehind() {
    open();
    Outcome impossible = new Outcome();
    log()
        .append(
            new Append(
                List.of(
                    entry("t", "new", "k", 5, false, "topic:new"), Drafts.withoutHash("c", "r")),
                impossible));
    assertThat(impossible.refusal()).isEqualTo(Problem.Kind.INTERNAL);
    publish(entry("t", "new", "k", 7, false, "topic:new"));
    log().close();
    open();

    Row row = rows("topic:new").getFirst();
    assertThat(inboxes().sorts().get(row.sort())).isEqualTo(new Sorts.Sort("new", "", Level.INFO));
    assertThat(row.replaces()).isZero();
    assertList(snapshot -> snapshot.topics("", "~", 9)).containsExactly("new");
  }

  @Test
  void topicsComeInOrderByPrefixAndPage() {
    open();
    publish(plain("t", "topic:b", "topic:a.b", "topic:a", "topic:ab", "user:x", "topic:a-b"));

    assertList(snapshot -> snapshot.topics("", "~", 9))
        .containsExactly("a", "a-b", "a.b", "ab", "b");
    assertList(snapshot -> snapshot.topics("a-c", "b", 9)).containsExactly("a.b", "ab");
    assertList(snapshot -> snapshot.topics("a.", "a/", 9)).containsExactly("a.b");
    assertList(snapshot -> snapshot.topics("a-b", "~", 1)).containsExactly("a-b");
  }

  @Test
  void aReadingThatFailsSaysWhyAndHarmsNoOther() {
    open();
    RuntimeException own = new IllegalStateException("a reading's own trouble");

    assertThat(
            inboxes()
                .read(
                    InboxStore.Lane.COUNTS,
                    snapshot -> {
                      throw own;
                    }))
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withCause(own);
    assertOne(Snapshot::end).isEqualTo(0L);
  }

  // --- full text ---

  private static List<AddressPattern> granted(String... patterns) {
    return Stream.of(patterns).map(AddressPattern::of).toList();
  }

  /** What those find who may read all topics. */
  private List<Long> search(String q, @Nullable String user) {
    return user == null
        ? searchIn(q, "everyone", "topic:#")
        : searchIn(q, "everyone", "user:" + user, "topic:#");
  }

  private List<Long> searchIn(String q, String... granted) {
    await()
        .until(() -> {
          time.pass(Duration.ofSeconds(1));
          return read(snapshot -> snapshot.indexed() == snapshot.end());
        });
    return Objects.requireNonNull(search(q, granted(granted), 0, ALL, 10_000, () -> false));
  }

  private @Nullable List<Long> search(
      String q,
      List<AddressPattern> granted,
      long above,
      long upTo,
      int limit,
      BooleanSupplier isOver) {
    return Outcome.get(
            inboxes()
                .read(
                    InboxStore.Lane.SEARCH,
                    snapshot ->
                        Optional.ofNullable(
                            snapshot.matches(Words.of(q), granted, above, upTo, limit, isOver))))
        .orElse(null);
  }

  @Test
  void fullTextFindsWordsPhrasesAndBeginningsWhateverTheirCase() {
    open();
    publish(
        plain("Order-42 was PLACED", "everyone"),
        plain("order 43 was placed", "topic:a"),
        plain("42 order", "everyone"));

    assertThat(search("placed", null)).containsExactly(2L, 1L);
    assertThat(search("order-42", null)).containsExactly(1L);
    assertThat(search("plac*", null)).containsExactly(2L, 1L);
    assertThat(search("plac", null)).isEmpty();
    assertThat(search("42 gruße", null)).containsExactly(3L, 1L);
    assertThat(search("order AND 43", null)).isEmpty();
    assertThat(search("\"order", null)).containsExactly(3L, 2L, 1L);
    assertThat(search("who:e", null)).isEmpty();
    List<AddressPattern> all = granted("everyone", "topic:#");
    assertThat(search("order", all, 1, 3, 1, () -> false)).containsExactly(3L);
    assertThat(search("order", all, 1, 2, 9, () -> false)).containsExactly(2L);
  }

  @Test
  void fullTextIsLookedForUntilTheTimeIsOver() {
    open();
    int count = 1_000;
    NewEntry[] entries = new NewEntry[count];
    Arrays.setAll(entries, i -> plain("word%d".formatted(i), "everyone"));
    publish(entries);
    assertThat(search("word*", null)).hasSize(count);

    List<AddressPattern> everyone = granted("everyone");
    assertThat(search("word*", everyone, 0, ALL, count, () -> true)).isNull();
    AtomicInteger asked = new AtomicInteger();
    assertThat(search("word*", everyone, 0, ALL, count, () -> asked.incrementAndGet() > 2))
        .isNull();
    assertThat(asked).hasValue(3);
    assertThat(search("word*", null)).hasSize(count);
  }

  /** Or what they get would take longer by each. */
  @Test
  void fullTextFindsNothingInTopicsThatMayNotBeRead() {
    open();
    publish(
        plain("secret", "topic:a"),
        plain("secret", "topic:a.b"),
        plain("secret", "topic:a.b.c"),
        plain("secret", "topic:a-b"),
        plain("secret", "topic:c", "user:bob"),
        plain("secret", "everyone"));

    assertThat(searchIn("secret", "topic:a")).containsExactly(1L);
    assertThat(searchIn("secret", "topic:a.b")).containsExactly(2L);
    assertThat(searchIn("secret", "topic:a.#")).containsExactly(3L, 2L, 1L);
    assertThat(searchIn("secret", "topic:a.b.*")).containsExactly(3L);
    assertThat(searchIn("secret", "topic:a.b.#", "everyone")).containsExactly(6L, 3L, 2L);
    assertThat(searchIn("secret", "user:bob")).containsExactly(5L);
    assertThat(searchIn("secret", "topic:b", "user:*")).isEmpty();
    assertThat(searchIn("secret")).isEmpty();
    String[] many = IntStream.range(0, 50).mapToObj(i -> "topic:t" + i).toArray(String[]::new);
    assertThat(searchIn("secret", many)).containsExactly(5L, 4L, 3L, 2L, 1L);
  }

  @Test
  void fullTextShowsNobodyWhatOthersGotOneToOne() {
    open();
    publish(plain("secret", "user:alice"), plain("secret", "user:bob", "topic:a"));

    assertThat(search("secret", "alice")).containsExactly(2L, 1L);
    assertThat(search("secret", "bob")).containsExactly(2L);
    assertThat(search("secret", "carol")).containsExactly(2L);
    assertThat(search("secret", null)).containsExactly(2L);
    assertThat(search("u0*", "carol")).isEmpty();
  }

  @Test
  void fullTextForgetsWhatIsWithdrawn() {
    open();
    NewEntry one = plain("secret", "everyone");
    publish(one, plain("secret", "everyone"));
    assertThat(search("secret", null)).containsExactly(2L, 1L);
    withdraw(one.id());
    NewEntry soon = plain("secret", "everyone");
    publish(soon);
    withdraw(soon.id());

    assertThat(search("secret", null)).containsExactly(2L);
  }

  @Test
  void whatIsErasedIsForgottenThoughItsWithdrawalIsNotIndexedYet() {
    open();
    NewEntry one = plain("secret", "user:alice");
    publish(one);
    assertThat(search("secret", "alice")).containsExactly(1L);
    withdraw(one.id());
    Outcome.get(inboxes().erase("alice"));

    assertThat(search("secret", "alice")).isEmpty();
  }

  // --- erasing ---

  @Test
  void erasingLeavesNothingOfThePersonAndAllOfTheOthers() {
    open();
    NewEntry own = Drafts.withRaw("secret", new byte[] {1});
    NewEntry direct = plain("hidden", "user:alice");
    NewEntry both = plain("shared", "user:alice", "user:bob");
    NewEntry gone = plain("gone", "user:alice", "topic:a");
    publish(own, direct, keyed("k", 3, "user:alice"), both, gone, plain("x", "user:alicex"));
    withdraw(gone.id());
    search("shared", "bob");
    change("alice", new Change.MarkAll(Mark.Kind.READ, 4));
    change("alice", touch(false, null, 2));
    change("bob", touch(null, true, 4));

    Outcome.get(inboxes().erase("alice"));

    assertThat(heard)
        .filteredOn(one -> !one.startsWith("alice ") && !one.startsWith("bob "))
        .containsExactly(
            "gone 5",
            "erased alice",
            "gone 2",
            "gone 3",
            "stripped 4 [user:bob]",
            "stripped 7 [topic:a]",
            "erased alice");
    assertThat(rows("user:alice")).isEmpty();
    assertOne(snapshot -> snapshot.person("alice")).isNull();
    assertThat(person("bob").rev()).isEqualTo(1);
    assertThat(positions(rows("user:bob"))).containsExactly(4L);
    assertThat(positions(rows("user:alicex"))).containsExactly(6L);
    assertThat(Outcome.get(log().reader().find(direct.id()))).isEmpty();
    assertThat(Outcome.get(log().reader().find(both.id())).orElseThrow().to())
        .containsExactly(Address.user("bob"));
    assertThat(search("hidden", "alice")).isEmpty();
    assertThat(search("shared", "alice")).isEmpty();
    assertThat(search("shared", "bob")).containsExactly(4L);
    assertThat(Outcome.get(log().reader().read(new LogReader.Scan(0, 9, false, 9, null))))
        .extracting(page -> page.entries().stream().map(Entry::position).toList())
        .isEqualTo(List.of(1L, 4L, 6L, 7L));
    publish(keyed("k", 9, "user:alice"));
    assertThat(rows("user:alice").getFirst().replaces()).isZero();
    assertThat(change("alice", touch(false, null, 8))).isEqualTo(new Changed(1, true));
  }

  @Test
  void erasingWhoeverIsUnknownIsDone() {
    open();
    Outcome.get(inboxes().erase("nobody"));
    Outcome.get(inboxes().erase("nobody"));
  }

  @Test
  void aClosedStoreRefuses() {
    open();
    log().close();

    assertThatThrownBy(() -> change("alice", new Change.Begin(0))).isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> Outcome.get(inboxes().erase("a"))).isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> read(Snapshot::end)).isInstanceOf(Refusal.class);
  }

  // --- all of it at random ---

  @Test
  void theStoreKeepsWhatPlainCollectionsKeep() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    PeopleModel model = new PeopleModel();
    Retention few = new Retention(Duration.ofDays(10_000), 120, Long.MAX_VALUE);
    open(few);
    for (int step = 0; step < 600; step++) {
      String what = "seed %d, step %d".formatted(seed, step);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> {
          NewEntry[] some = new NewEntry[1 + random.nextInt(4)];
          Arrays.setAll(some, i -> random(random));
          publish(some);
          List.of(some).forEach(model::publish);
        }
        case 4 -> withdrawOne(random, model);
        case 5 -> {
          if (random.nextInt(12) == 0) {
            String user = one(random, USERS);
            Outcome.get(inboxes().erase(user));
            model.erase(user);
          }
        }
        case 6 -> {
          if (random.nextInt(12) == 0) {
            log().close();
            open(few);
          }
        }
        default -> {
          String user = one(random, USERS);
          Change change = change(random, model, user);
          Changed changed = change(user, change);
          if (changed.rest() != null && change instanceof Change.MarkAll) {
            assertThat(changed.changed()).as(what).isFalse();
            change = changed.rest();
            changed = change(user, change);
          }
          long before = model.rev(user);
          boolean changes = model.change(user, change);
          assertThat(changed)
              .as(what + ": " + change)
              .isEqualTo(new Changed(before + (changes ? 1 : 0), changes));
        }
      }
      model.purgeBelow(log().lowWater());
      assertThat(log().end()).as(what).isEqualTo(model.end);
      compare(what, random, model);
    }
  }

  private void withdrawOne(Random random, PeopleModel model) {
    List<PeopleModel.Place> kept =
        model.places.values().stream().filter(place -> place.entry != null).toList();
    if (!kept.isEmpty()) {
      PeopleModel.Place place = one(random, kept);
      withdraw(Objects.requireNonNull(place.entry).id());
      model.withdraw(place.position);
    }
  }

  private static NewEntry random(Random random) {
    Set<String> to = new LinkedHashSet<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      to.add(one(random, ADDRESSES));
    }
    return entry(
        one(random, List.of("apple pie", "apple", "pear")),
        one(random, Arrays.asList("push", "order.placed", null)),
        random.nextBoolean() ? null : one(random, List.of("k", "l")),
        random.nextInt(1, 1_000),
        random.nextInt(10) == 0,
        to.toArray(String[]::new));
  }

  private static Change drop(Random random, Mark.Kind kind, long upTo) {
    return new Change.DropBelow(kind, upTo, random.nextLong(300), random.nextLong(600));
  }

  private Change change(Random random, PeopleModel model, String user) {
    long position = random.nextLong(model.end + 2);
    Mark.Kind kind = one(random, List.of(Mark.Kind.values()));
    return switch (random.nextInt(8)) {
      case 0 -> new Change.Begin(position);
      case 1 -> new Change.MarkAll(kind, position);
      case 2 ->
          random.nextBoolean()
              ? drop(
                  random, Mark.Kind.READ, Math.min(position, model.person(user).read().position()))
              : drop(
                  random,
                  Mark.Kind.ARCHIVED,
                  Math.min(position, model.person(user).archived().position()));
      case 3 -> {
        Person before = model.person(user);
        Preferences wanted =
            new Preferences(
                random.nextBoolean()
                    ? null
                    : List.of(
                        new Preferences.Follow(
                            TopicPattern.of(one(random, List.of("a.#", "c", "#"))), 0)),
                List.of(),
                null);
        yield new Change.Save(
            wanted.after(before.preferences()), before.preferencesRev(), time.instant());
      }
      default -> {
        List<Change.Touch.At> some = new ArrayList<>();
        for (long at : model.places.keySet()) {
          if (random.nextInt(20) == 0) {
            some.add(new Change.Touch.At(at, random.nextBoolean()));
          }
        }
        yield some.isEmpty()
            ? new Change.MarkAll(kind, position)
            : new Change.Touch(
                some,
                one(random, Arrays.asList(true, false, null)),
                one(random, Arrays.asList(true, false, null)));
      }
    };
  }

  private static <T extends @Nullable Object> T one(Random random, List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private void compare(String what, Random random, PeopleModel model) {
    long above = random.nextInt(3) == 0 ? 0 : random.nextLong(model.end + 1);
    long upTo = random.nextInt(3) == 0 ? ALL : above + random.nextLong(model.end + 1);
    int limit = 1 + random.nextInt(40);
    String address = one(random, ADDRESSES);
    List<String> reaching = ADDRESSES.subList(0, 1 + random.nextInt(ADDRESSES.size()));
    long position = random.nextLong(model.end + 1);
    String user = one(random, USERS);
    read(snapshot -> {
      assertThat(snapshot.lowWater()).as(what).isEqualTo(model.lowWater);
      assertThat(snapshot.end()).as(what).isEqualTo(model.end);
      assertThat(lines(snapshot.rows(Address.of(address), above, upTo, limit)))
          .as("%s: rows of %s above %d up to %d", what, address, above, upTo)
          .isEqualTo(model.lines(address, above, upTo, limit));
      assertThat(
              lines(snapshot.rowsAt(position, one -> reaching.contains(one.toString()))).stream()
                  .sorted(Comparator.comparing(PeopleModel.Line::address))
                  .toList())
          .as("%s: rows at %d", what, position)
          .isEqualTo(model.linesAt(position, one -> reaching.contains(one.toString())));
      compareWide(what, snapshot, model, above, upTo, limit);
      comparePerson(what, snapshot, model, user);
      Map<UUID, Long> positions = model.positions();
      assertThat(snapshot.positions(positions.keySet())).as(what).isEqualTo(positions);
      assertThat(snapshot.entries(List.copyOf(positions.values())))
          .extracting(Entry::id)
          .as(what)
          .isEqualTo(List.copyOf(positions.keySet()));
      assertThat(snapshot.topics("", "~", 99)).as(what).isEqualTo(List.copyOf(model.topics()));
      return true;
    });
    for (String topic : model.topics()) {
      long newest = model.lines("topic:" + topic, 0, ALL, 1).getFirst().position();
      assertThat(Peek.bound(inboxes().topics(), topic)).as(what).isGreaterThanOrEqualTo(newest);
    }
  }

  private List<PeopleModel.Line> lines(List<Row> rows) {
    return rows.stream()
        .map(row ->
            new PeopleModel.Line(
                row.address().toString(),
                row.position(),
                meaning(row.sort()),
                row.expiresMs(),
                row.replaces(),
                row.firstMs()))
        .toList();
  }

  private PeopleModel.Meaning meaning(int sort) {
    Sorts.Sort known = sort > 0 ? inboxes().sorts().get(sort) : null;
    return known == null
        ? new PeopleModel.Meaning.Constant(sort)
        : new PeopleModel.Meaning.Sort(known);
  }

  private void compareWide(
      String what, Snapshot snapshot, PeopleModel model, long above, long upTo, int limit) {
    List<WideRow> wide = snapshot.wide(above, upTo, limit);
    List<PeopleModel.Place> expected =
        model.places.descendingMap().values().stream()
            .filter(place -> place.position > above && place.position <= upTo)
            .limit(limit)
            .toList();
    assertThat(wide).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < wide.size(); i++) {
      WideRow row = wide.get(i);
      PeopleModel.Place place = expected.get(i);
      assertThat(row.position()).as(what).isEqualTo(place.position);
      assertThat(row.to().stream().map(Address::toString).collect(Collectors.toSet()))
          .as(what)
          .isEqualTo(place.lines.keySet());
      assertThat(meaning(row.sort()))
          .as(what)
          .isEqualTo(
              place.entry == null
                  ? new PeopleModel.Meaning.Constant(Sorts.WITHDRAWAL)
                  : PeopleModel.meaning(place.entry));
      assertThat(row.keyed()).isEqualTo(place.entry != null && place.entry.key() != null);
    }
  }

  private static void comparePerson(
      String what, Snapshot snapshot, PeopleModel model, String user) {
    Person person = snapshot.person(user);
    Person expected = model.people.get(user);
    assertThat(person)
        .as("%s: %s", what, user)
        .usingRecursiveComparison()
        .ignoringFields("number")
        .isEqualTo(expected);
    if (person == null) {
      return;
    }
    List<Touched> holding = model.holding(user);
    assertThat(held(person, snapshot.touched(person.number(), 0, ALL, 10_000)))
        .as("%s: %s", what, user)
        .isEqualTo(holding);
    assertThat(
            held(person, snapshot.touched(person.number(), Snapshot.Flag.UNREAD, 0, ALL, 10_000))
                .stream()
                .filter(one -> says(one.read(), false)))
        .as("%s: %s", what, user)
        .containsExactlyElementsOf(
            holding.stream().filter(one -> says(one.read(), false)).toList());
    assertThat(
            held(person, snapshot.touched(person.number(), Snapshot.Flag.ARCHIVED, 0, ALL, 10_000))
                .stream()
                .filter(one -> says(one.archived(), true)))
        .as("%s: %s", what, user)
        .containsExactlyElementsOf(
            holding.stream().filter(one -> says(one.archived(), true)).toList());
  }

  private static boolean says(Touched.@Nullable Flag flag, boolean is) {
    return flag != null && flag.is() == is;
  }

  private static List<Touched> held(Person person, List<Touched> all) {
    return all.stream()
        .map(one -> ReadState.holding(person, one))
        .filter(one -> one != null)
        .toList();
  }
}
