package tidings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tidings.core.access.CredentialStore;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.intake.Parking;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.log.LogReader.Page;
import tidings.core.log.LogReader.Scan;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.problem.Problem;

/** What every store must do. A subclass says how one is opened. */
public abstract class LogContract {
  protected final ManualTime time = new ManualTime();
  protected final Recorder recorder = new Recorder();
  private final List<Store> opened = new ArrayList<>();

  /** A store under test. */
  public record Store(Log log, Parking parking, CredentialStore credentials) {}

  /** Opens the test's one store, again after it was closed. The writer is not started. */
  protected abstract Store create(Retention retention);

  /** What is parked in the closed store, the oldest first. */
  protected abstract List<String> parkedReasons() throws Exception;

  private static Retention byAge(Duration age) {
    return new Retention(age, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  private static Retention byCount(long count) {
    return new Retention(Duration.ofDays(10_000), count, Long.MAX_VALUE);
  }

  private static Retention byBytes(long bytes) {
    return new Retention(Duration.ofDays(10_000), Long.MAX_VALUE, bytes);
  }

  /** Opens the store and starts its writer. */
  protected final Log open() {
    return open(Retention.DEFAULT);
  }

  protected final Log open(Retention retention) {
    Log log = unstarted(retention);
    log.start(recorder);
    return log;
  }

  protected final Log unstarted(Retention retention) {
    Store store = create(retention);
    opened.add(store);
    return store.log();
  }

  @AfterEach
  final void closeAll() {
    opened.forEach(store -> store.log().close());
  }

  protected static Outcome submit(Log log, NewEntry... entries) {
    Outcome outcome = new Outcome();
    log.append(new Append(List.of(entries), outcome));
    return outcome;
  }

  protected static List<Append.Receipt> append(Log log, NewEntry... entries) {
    return submit(log, entries).receipts();
  }

  protected static Outcome withdraw(Log log, UUID id) {
    Outcome outcome = new Outcome();
    log.withdraw(id, Drafts.ALICE, outcome);
    return outcome;
  }

  protected static Page read(Log log, Scan scan) {
    return Outcome.get(log.reader().read(scan));
  }

  protected static Page readAll(Log log) {
    return read(log, new Scan(0, Long.MAX_VALUE, false, 10_000, null));
  }

  protected static List<String> texts(List<Entry> entries) {
    return entries.stream().map(e -> new String(e.json(), StandardCharsets.UTF_8)).toList();
  }

  protected static List<Long> positions(Page page) {
    return page.entries().stream().map(Entry::position).toList();
  }

  private static List<Long> range(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  @Test
  void whatIsAppendedIsReadBackAsItWas() {
    Log log = open();
    NewEntry entry = Drafts.entry("a", "everyone", "user:ü1", "topic:shop.orders");

    List<Append.Receipt> receipts = append(log, entry);

    assertThat(receipts).containsExactly(new Append.Receipt(entry.id(), 1, false));
    Entry read = readAll(log).entries().getFirst();
    assertThat(read).usingRecursiveComparison().isEqualTo(entry.at(1));
    assertThat(Outcome.get(log.reader().find(entry.id())).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(entry.at(1));
    assertThat(log.end()).isEqualTo(1);
  }

  @Test
  void concurrentAppendsGetContiguousPositionsInCommitOrder() throws InterruptedException {
    Log log = open();
    List<Outcome> outcomes = new ArrayList<>();
    List<Thread> publishers = new ArrayList<>();
    for (int publisher = 0; publisher < 8; publisher++) {
      List<Outcome> own = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        own.add(new Outcome());
      }
      outcomes.addAll(own);
      publishers.add(
          Thread.ofPlatform()
              .start(() ->
                  own.forEach(one ->
                      log.append(new Append(List.of(Drafts.entry("x"), Drafts.entry("y")), one)))));
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }

    List<Long> received =
        outcomes.stream()
            .flatMap(outcome -> outcome.receipts().stream())
            .map(Append.Receipt::position)
            .sorted()
            .toList();
    assertThat(received).isEqualTo(range(1, 3_200));
    assertThat(outcomes)
        .allSatisfy(one ->
            assertThat(one.receipts().get(1).position())
                .isEqualTo(one.receipts().get(0).position() + 1));
    log.close();
    assertThat(recorder.positions()).isEqualTo(range(1, 3_200));
  }

  @Test
  void aRefIsStoredOnceAndItsReceiptRepeated() {
    Log log = open();
    Append.Receipt first = append(log, Drafts.withRef("a", "r", 1)).getFirst();

    List<Append.Receipt> again = append(log, Drafts.withRef("a", "r", 1), Drafts.entry("b"));

    assertThat(again.getFirst()).isEqualTo(new Append.Receipt(first.id(), 1, true));
    assertThat(again.getLast().position()).isEqualTo(2);
    assertThat(log.end()).isEqualTo(2);
  }

  @Test
  void aRefWithOtherContentRefusesItsWholeRequestAndNoOther() {
    Log log = unstarted(Retention.DEFAULT);
    Outcome before = submit(log, Drafts.withRef("a", "r", 1));
    Outcome conflict = submit(log, Drafts.entry("b"), Drafts.withRef("c", "r", 2));
    Outcome within = submit(log, Drafts.withRef("d", "s", 1), Drafts.withRef("e", "s", 2));
    Outcome after = submit(log, Drafts.withRef("f", "s", 3));
    log.start(recorder);

    assertThat(before.receipts()).hasSize(1);
    assertThat(conflict.refusal()).isEqualTo(Problem.Kind.REF_CONFLICT);
    assertThat(within.refusal()).isEqualTo(Problem.Kind.REF_CONFLICT);
    assertThat(after.receipts().getFirst().position()).isEqualTo(2);
    assertThat(positions(readAll(log))).isEqualTo(range(1, 2));
    log.close();
    assertThat(recorder.positions()).isEqualTo(range(1, 2));
  }

  @Test
  void aNotificationIsWithdrawnByItsPublisherOnce() {
    Log log = open();
    NewEntry entry = Drafts.withRaw("a", new byte[] {1});
    append(log, entry, Drafts.entry("b"));
    Outcome foreign = new Outcome();
    log.withdraw(entry.id(), Drafts.BOB, foreign);

    List<Append.Receipt> receipts = withdraw(log, entry.id()).receipts();

    assertThat(foreign.refusal()).isEqualTo(Problem.Kind.NOT_FOUND);
    assertThat(receipts).containsExactly(new Append.Receipt(entry.id(), 3, false));
    assertThat(withdraw(log, entry.id()).refusal()).isEqualTo(Problem.Kind.NOT_FOUND);
    assertThat(withdraw(log, UUID.randomUUID()).refusal()).isEqualTo(Problem.Kind.NOT_FOUND);
    Page page = readAll(log);
    assertThat(positions(page)).containsExactly(2L, 3L);
    assertThat(page.entries().getLast().kind()).isEqualTo(Entry.Kind.WITHDRAWN);
    assertThat(page.entries().getLast().to()).isEqualTo(entry.to());
    assertThat(texts(page.entries()).getLast()).isEqualTo("{\"id\":\"" + entry.id() + "\"}");
    assertThat(Outcome.get(log.reader().find(entry.id()))).isEmpty();
    assertThat(Outcome.get(log.reader().raw(entry.id()))).isEmpty();
    assertThat(positions(read(log, new Scan(0, 9, false, 9, Set.of(Address.EVERYONE)))))
        .containsExactly(2L, 3L);
    log.close();
    assertThat(recorder.heard())
        .containsExactly("committed 1", "committed 2", "gone 1", "committed 3");
  }

  @Test
  void everyStartOpensANewEpochAtTheNextPosition() {
    Log first = open();
    append(first, Drafts.entry("a"), Drafts.entry("b"));
    first.close();
    Log second = open();
    second.close();
    Log third = open();

    assertThat(third.epochs().all()).hasSize(3).doesNotHaveDuplicates();
    assertThat(third.epochs().all().getFirst()).isEqualTo(first.epochs().current());
    assertThat(third.epochs().all().stream().map(epoch -> epoch.first()))
        .containsExactly(1L, 3L, 3L);
    assertThat(third.end()).isEqualTo(2);
    assertThat(append(third, Drafts.entry("c")).getFirst().position()).isEqualTo(3);
  }

  @Test
  void outcomesAreToldBeforeTheListener() {
    Log log = unstarted(Retention.DEFAULT);
    log.append(
        new Append(
            List.of(Drafts.entry("a")),
            new Append.Outcome() {
              @Override
              public void stored(List<Append.Receipt> receipts) {
                recorder.note("stored");
              }

              @Override
              public void refused(Problem problem) {
                recorder.note("refused");
              }
            }));
    log.start(recorder);
    log.close();

    assertThat(recorder.heard()).containsExactly("stored", "committed 1");
  }

  @Test
  void aPageSaysHowFarItReached() {
    Log log = open();
    append(log, entries(10));

    Page some = read(log, new Scan(2, 100, false, 3, null));
    assertThat(positions(some)).containsExactly(3L, 4L, 5L);
    assertThat(some.reached()).isEqualTo(5);
    Page rest = read(log, new Scan(5, 100, false, 100, null));
    assertThat(positions(rest)).isEqualTo(range(6, 10));
    assertThat(rest.reached()).isEqualTo(10);
    Page back = read(log, new Scan(2, 100, true, 3, null));
    assertThat(positions(back)).containsExactly(10L, 9L, 8L);
    assertThat(back.reached()).isEqualTo(7);
    Page backRest = read(log, new Scan(2, 7, true, 100, null));
    assertThat(positions(backRest)).containsExactly(7L, 6L, 5L, 4L, 3L);
    assertThat(backRest.reached()).isEqualTo(2);
  }

  @Test
  void rawAndDeliveriesAreKept() {
    Log log = open();
    NewEntry raw = Drafts.withRaw("a", new byte[] {1, 2, 3});
    append(log, raw, Drafts.delivered("b", "center", 1, 9), Drafts.delivered("c", "center", 2, 9));

    assertThat(Outcome.get(log.reader().raw(raw.id()))).contains(new byte[] {1, 2, 3});
    assertThat(Outcome.get(log.reader().deliveries("center")))
        .containsExactly(Drafts.hash(2), Drafts.hash(1));
    assertThat(Outcome.get(log.reader().deliveries("other"))).isEmpty();
  }

  @Test
  void closingStoresWhatWaits() {
    Log log = open();
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      outcomes.add(submit(log, Drafts.entry("x")));
    }
    log.close();

    assertThat(outcomes).allSatisfy(one -> assertThat(one.receipts()).hasSize(1));
    assertThat(submit(log, Drafts.entry("late")).refusal()).isEqualTo(Problem.Kind.UNAVAILABLE);
  }

  @Test
  void closingBeforeTheStartTellsAllThatWaits() {
    Log log = unstarted(Retention.DEFAULT);
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      outcomes.add(submit(log, entries(500)));
    }
    log.close();

    assertThat(outcomes).allMatch(Outcome::isTold);
    assertThat(outcomes)
        .allSatisfy(one -> assertThat(one.refusal()).isEqualTo(Problem.Kind.UNAVAILABLE));
  }

  @Test
  void aRequestThatCannotBeStoredFailsNoneOfItsNeighbours() {
    Log log = unstarted(Retention.DEFAULT);
    Outcome before = submit(log, Drafts.entry("a"));
    Outcome impossible = submit(log, Drafts.entry("b"), Drafts.withoutHash("c", "r"));
    Outcome after = submit(log, Drafts.withRef("d", "s", 1));
    log.start(recorder);

    assertThat(before.receipts().getFirst().position()).isEqualTo(1);
    assertThat(impossible.refusal()).isEqualTo(Problem.Kind.INTERNAL);
    assertThat(after.receipts().getFirst().position()).isEqualTo(2);
    assertThat(append(log, Drafts.withRef("d", "s", 1)).getFirst().repeated()).isTrue();
    log.close();
    assertThat(recorder.positions()).isEqualTo(range(1, 2));
  }

  @Test
  void aFullQueueRefusesAtOnceAndKeepsWhatItTook() {
    Log log = unstarted(Retention.DEFAULT);
    List<Outcome> outcomes = new ArrayList<>();
    while (outcomes.isEmpty() || !outcomes.getLast().isTold()) {
      outcomes.add(submit(log, entries(500)));
    }
    assertThat(outcomes.removeLast().refusal()).isEqualTo(Problem.Kind.OVERLOADED);
    log.start(recorder);

    assertThat(outcomes).isNotEmpty().allSatisfy(one -> assertThat(one.receipts()).hasSize(500));
    assertThat(append(log, Drafts.entry("again"))).hasSize(1);
  }

  @Test
  void purgingByCountKeepsTheNewest() {
    Log log = open(byCount(10));
    NewEntry oldest = Drafts.entry("oldest", "topic:a");
    append(log, oldest);
    append(log, entries(24));

    Page page = readAll(log);
    assertThat(positions(page)).isEqualTo(range(16, 25));
    assertThat(page.lowWater()).isEqualTo(16);
    assertThat(log.lowWater()).isEqualTo(16);
    assertThat(read(log, new Scan(3, 8, false, 10, null))).isEqualTo(new Page(List.of(), 8, 16));
    assertThat(positions(read(log, new Scan(0, 9, false, 10, addresses("topic:a"))))).isEmpty();
    assertThat(Outcome.get(log.reader().find(oldest.id()))).isEmpty();
    log.close();
    assertThat(recorder.heard()).endsWith("committed 25", "purgedBelow 16");
    assertThat(open(byCount(10)).lowWater()).isEqualTo(16);
  }

  @Test
  void purgingByBytesKeepsAboutAsMuch() {
    Log log = open(byBytes(50_000));
    for (int i = 0; i < 40; i++) {
      append(log, Drafts.withRaw("x", new byte[5_000]));
    }

    assertThat(log.end() + 1 - log.lowWater()).isBetween(8L, 11L);
  }

  @Test
  void positionsAreNotUsedAgainWhenAllIsPurged() {
    Log log = open(byAge(Duration.ofDays(1)));
    append(log, entries(5));
    time.pass(Duration.ofDays(2));
    append(log, Drafts.entry("accepted two days ago"));
    assertThat(log.lowWater()).isEqualTo(7);
    assertThat(readAll(log)).isEqualTo(new Page(List.of(), 6, 7));
    log.close();

    Log again = open(byAge(Duration.ofDays(9)));
    assertThat(again.end()).isEqualTo(6);
    assertThat(again.epochs().current().first()).isEqualTo(7);
    assertThat(append(again, Drafts.entry("b")).getFirst().position()).isEqualTo(7);
  }

  @Test
  void purgingByAgePausesWhileTheClockHasJumped() {
    Log log = open(byAge(Duration.ofDays(1)));
    append(log, entries(3));
    time.jump(Duration.ofDays(400));
    append(log, entries(3));
    assertThat(log.lowWater()).isEqualTo(1);
    time.jump(Duration.ofDays(-400));
    time.pass(Duration.ofDays(2));
    append(log, entries(1));

    assertThat(log.lowWater()).isEqualTo(8);
  }

  @Test
  void aRefIsRememberedForSevenDaysThoughItsEntryIsPurged() {
    Log log = open(byCount(1));
    append(log, Drafts.withRef("a", "r", 1));
    append(log, entries(5));
    time.pass(Duration.ofDays(6));
    append(log, entries(5));
    assertThat(append(log, Drafts.withRef("a", "r", 1)).getFirst())
        .matches(receipt -> receipt.repeated() && receipt.position() == 1);

    time.pass(Duration.ofDays(2));
    append(log, entries(5));
    assertThat(append(log, Drafts.withRef("a", "r", 2)).getFirst().repeated()).isFalse();
  }

  @Test
  void refsAreForgottenAsFastAsTheyCame() {
    Log log = open(byCount(1));
    int refs = 3_000;
    for (int first = 0; first < refs; first += 500) {
      NewEntry[] some = new NewEntry[500];
      int from = first;
      Arrays.setAll(some, i -> Drafts.withRef("a", "r" + (from + i), 1));
      append(log, some);
    }
    append(log, entries(1));
    time.pass(Duration.ofDays(8));
    append(log, entries(1));

    assertThat(append(log, Drafts.withRef("b", "r" + (refs - 1), 2)).getFirst().repeated())
        .isFalse();
  }

  @Test
  void refsAreKeptWhileTheClockHasJumped() {
    Log log = open(byCount(1));
    append(log, Drafts.withRef("a", "r", 1));
    append(log, entries(1));
    time.jump(Duration.ofDays(8));
    append(log, entries(3));
    time.jump(Duration.ofDays(-8));

    assertThat(append(log, Drafts.withRef("a", "r", 1)).getFirst().repeated()).isTrue();
  }

  @Test
  void theRefOfAWithdrawnNotificationStaysKnown() {
    Log log = open();
    Append.Receipt first = append(log, Drafts.withRef("a", "r", 1)).getFirst();
    withdraw(log, first.id()).receipts();

    assertThat(append(log, Drafts.withRef("a", "r", 1)).getFirst().repeated()).isTrue();
  }

  @Test
  void narrowReadingIsWideReadingFiltered() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Log log = open(byCount(350));
    List<String> all = IntStream.range(0, 12).mapToObj(i -> "topic:t.t" + i * i).toList();
    for (int i = 0; i < 400; i++) {
      List<String> some =
          random.ints(1 + random.nextInt(3), 0, 12).distinct().mapToObj(all::get).toList();
      UUID id = append(log, Drafts.entry("x", some.toArray(String[]::new))).getFirst().id();
      if (random.nextInt(8) == 0) {
        withdraw(log, id).receipts();
      }
    }
    for (int round = 0; round < 40; round++) {
      Set<Address> wanted =
          random
              .ints(1 + random.nextInt(4), 0, 12)
              .mapToObj(i -> Address.of(all.get(i)))
              .collect(Collectors.toSet());
      boolean backwards = random.nextBoolean();
      long after = random.nextInt(420);
      long upTo = after + random.nextInt(420);
      int limit = 1 + random.nextInt(30);
      List<Long> narrow = paged(log, after, upTo, backwards, limit, wanted);
      List<Long> wide =
          read(log, new Scan(after, upTo, backwards, 10_000, null)).entries().stream()
              .filter(entry -> entry.to().stream().anyMatch(wanted::contains))
              .map(Entry::position)
              .toList();
      assertThat(narrow).as("seed %d, round %d", seed, round).isEqualTo(wide);
    }
  }

  /** All pages of a scan, each going on from where the one before reached. */
  private static List<Long> paged(
      Log log, long after, long upTo, boolean backwards, int limit, Set<Address> to) {
    List<Long> positions = new ArrayList<>();
    long low = after;
    long high = Math.min(upTo, log.end());
    while (low < high) {
      Page page = read(log, new Scan(low, high, backwards, limit, to));
      positions.addAll(positions(page));
      assertThat(page.entries()).hasSizeLessThanOrEqualTo(limit);
      if (backwards) {
        assertThat(page.reached()).isBetween(low, high - 1);
        high = page.reached();
      } else {
        assertThat(page.reached()).isBetween(low + 1, high);
        low = page.reached();
      }
    }
    return positions;
  }

  @Test
  void aPageEndsAfterAMebibyte() {
    Log log = open();
    NewEntry[] large = new NewEntry[30];
    Arrays.setAll(large, i -> Drafts.entry("x".repeat(100_000)));
    append(log, large);

    Page page = readAll(log);
    assertThat(page.entries()).hasSize(11);
    assertThat(page.reached()).isEqualTo(11);
    assertThat(read(log, new Scan(0, 30, true, 100, null)).reached()).isEqualTo(19);
    assertThat(read(log, new Scan(0, 30, false, 100, Set.of(Address.EVERYONE))).reached())
        .isEqualTo(11);
  }

  /** In memory the addresses are the larger part of what is for many. */
  @Test
  void aPageCountsTheAddressesOfItsEntries() {
    Log log = open();
    String[] users = new String[1_000];
    Arrays.setAll(users, i -> "user:" + i);
    NewEntry[] forMany = new NewEntry[30];
    Arrays.setAll(forMany, i -> Drafts.entry("t", users));
    append(log, forMany);

    assertThat(readAll(log).entries()).hasSizeBetween(5, 15);
  }

  @Test
  void anEmptyLogCanBeRead() {
    Log log = open();

    assertThat(log.end()).isZero();
    assertThat(log.lowWater()).isEqualTo(1);
    assertThat(readAll(log)).isEqualTo(new Page(List.of(), 0, 1));
    assertThat(read(log, new Scan(0, 9, true, 5, Set.of(Address.EVERYONE))))
        .isEqualTo(new Page(List.of(), 0, 1));
  }

  @Test
  void onlyTheNewestDeliveriesOfASourceAreRememberedAsManyAsItSays() {
    Log log = open();
    NewEntry[] batch = new NewEntry[100];
    Arrays.setAll(batch, n -> Drafts.delivered("x", "center", n, 50));
    append(log, batch);
    append(log, Drafts.delivered("x", "other", 1, 1));

    assertThat(Outcome.get(log.reader().deliveries("center")))
        .hasSize(50)
        .startsWith(Drafts.hash(99), Drafts.hash(98))
        .endsWith(Drafts.hash(50));

    append(log, Drafts.delivered("x", "center", 7, 2));
    assertThat(Outcome.get(log.reader().deliveries("center")))
        .containsExactly(Drafts.hash(7), Drafts.hash(99));
    assertThat(Outcome.get(log.reader().deliveries("other"))).containsExactly(Drafts.hash(1));
  }

  @Test
  void parkedMessagesAreKeptUpToAThousand() throws Exception {
    Store store = create(Retention.DEFAULT);
    store.log().start(recorder);
    List<CompletableFuture<Void>> parked = new ArrayList<>();
    for (int i = 0; i < 1_010; i++) {
      parked.add(store.parking().park("center", "reason " + i, "a.b", new byte[] {1}));
    }
    parked.forEach(Outcome::get);
    store.log().close();

    assertThat(parkedReasons())
        .isEqualTo(IntStream.range(10, 1_010).mapToObj(i -> "reason " + i).toList());
    assertThat(store.parking().park("center", "late", "a.b", new byte[0]))
        .isCompletedExceptionally();
  }

  protected static NewEntry[] entries(int count) {
    NewEntry[] entries = new NewEntry[count];
    Arrays.setAll(entries, i -> Drafts.entry("entry " + i));
    return entries;
  }

  protected static Set<Address> addresses(String... texts) {
    return Arrays.stream(texts).map(Address::of).collect(Collectors.toSet());
  }

  // --- credentials ---

  private CredentialStore credentials() {
    return opened.getLast().credentials();
  }

  @Test
  void whatIsKeptOfCredentialsIsThereAfterARestartEachOnce() {
    open();
    Kept first = new Kept(Kind.REVOCATION, "jti ü'\"", "{}");
    Kept again = new Kept(Kind.REVOCATION, first.id(), "{\"until\":1}");
    Kept token = new Kept(Kind.API_TOKEN, first.id(), "{\"name\":\"ü\"}");
    credentials().keep(first).join();
    credentials().keep(token).join();
    credentials().keep(again).join();
    opened.getLast().log().close();

    open();
    assertThat(credentials().kept(Kind.REVOCATION)).containsExactly(again);
    assertThat(credentials().kept(Kind.API_TOKEN)).containsExactly(token);
  }

  @Test
  void whatIsForgottenOfCredentialsStaysForgotten() {
    open();
    credentials().keep(new Kept(Kind.API_TOKEN, "a", "{}")).join();
    credentials().keep(new Kept(Kind.API_TOKEN, "b", "{}")).join();
    credentials().forget(Kind.API_TOKEN, "a").join();
    credentials().forget(Kind.API_TOKEN, "never there").join();
    credentials().forget(Kind.REVOCATION, "b").join();
    opened.getLast().log().close();

    open();
    assertThat(credentials().kept(Kind.API_TOKEN)).extracting(Kept::id).containsExactly("b");
  }

  @Test
  void credentialsAreNotKeptByAClosedStore() {
    open().close();
    assertThatThrownBy(() -> credentials().keep(new Kept(Kind.API_TOKEN, "a", "{}")).join())
        .cause()
        .hasMessageContaining("closed");
  }
}
