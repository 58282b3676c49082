package tidings.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
  public record Store(Log log, Parking parking) {}

  /** Opens the test's one store, again after it was closed. The writer is not started. */
  protected abstract Store create(Retention retention);

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
    append(log, raw, Drafts.delivered("b", "center", 1), Drafts.delivered("c", "center", 2));

    assertThat(Outcome.get(log.reader().raw(raw.id()))).contains(new byte[] {1, 2, 3});
    assertThat(Outcome.get(log.reader().deliveries("center", 10)))
        .containsExactly(Drafts.hash(2), Drafts.hash(1));
    assertThat(Outcome.get(log.reader().deliveries("other", 10))).isEmpty();
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

  protected static NewEntry[] entries(int count) {
    NewEntry[] entries = new NewEntry[count];
    Arrays.setAll(entries, i -> Drafts.entry("entry " + i));
    return entries;
  }

  protected static @Nullable Set<Address> addresses(String... texts) {
    return Arrays.stream(texts).map(Address::of).collect(Collectors.toSet());
  }
}
