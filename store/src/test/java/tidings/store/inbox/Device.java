package tidings.store.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Item;
import tidings.core.inbox.Page;
import tidings.core.inbox.Query;
import tidings.core.inbox.Summary;
import tidings.core.log.Cursor;

/**
 * One of a user's devices. It reads a list page by page, at its leisure, while others change what
 * is in it: what stays comes exactly once.
 */
final class Device {
  final Caller caller;
  private final Set<Long> found = new HashSet<>();
  private Set<Long> staying = Set.of();
  private @Nullable Query list;
  private @Nullable Cursor before;
  private @Nullable Summary newest;

  Device(Caller caller) {
    this.caller = caller;
  }

  /** The list that is being read, null if none is. */
  @Nullable Query list() {
    return list;
  }

  /** Begins to read a list. */
  void begin(Query newList, List<InboxModel.Expected> whole) {
    list = newList;
    before = null;
    found.clear();
    staying = positions(whole);
  }

  private static Set<Long> positions(List<InboxModel.Expected> list) {
    Set<Long> positions = new HashSet<>();
    list.forEach(one -> positions.add(one.position()));
    return positions;
  }

  /**
   * Reads one more page.
   *
   * @param whole what the list holds now
   */
  void read(Inboxes inboxes, Query query, int limit, long rev, List<InboxModel.Expected> whole) {
    Cursor from = before;
    Page page =
        inboxes.page(
            caller,
            new Query(query.states(), query.filter(), query.topics(), query.words(), from, limit));
    assertThat(page.rev()).isEqualTo(rev);
    assertThat(page.cursor()).as("a page moves on").isNotEqualTo(from);
    Cursor indexed = page.indexed();
    long upTo =
        Math.min(
            from == null ? Long.MAX_VALUE : from.position() - 1,
            indexed == null ? Long.MAX_VALUE : indexed.position());
    long above = page.more() ? page.cursor().position() - 1 : 0;
    List<InboxModel.Expected> expected =
        whole.stream().filter(one -> one.position() <= upTo && one.position() > above).toList();
    List<InboxModel.Expected> items = new ArrayList<>();
    for (Item item : page.items()) {
      items.add(
          new InboxModel.Expected(
              item.entry().position(), item.state(), item.reason(), item.firstMs()));
    }
    assertThat(items)
        .as("%s, %s before %s, of %s", caller.user(), query, from, caller.grant().subscribe())
        .hasSizeLessThanOrEqualTo(limit)
        .isEqualTo(expected);
    staying.retainAll(positions(whole));
    for (Item item : page.items()) {
      assertThat(found.add(item.entry().position())).as("comes once").isTrue();
    }
    if (from == null && indexed != null) {
      staying.removeIf(position -> position > indexed.position());
    }
    before = page.cursor();
    if (!page.more()) {
      assertThat(found).containsAll(staying);
      list = null;
    }
  }

  /** Takes a summary: what is newer is lower in neither revision nor cursor. */
  void take(Summary summary) {
    Summary last = newest;
    if (last != null) {
      assertThat(summary.rev()).isGreaterThanOrEqualTo(last.rev());
      assertThat(summary.cursor().position()).isGreaterThanOrEqualTo(last.cursor().position());
    }
    newest = summary;
  }

  /** Its user was erased. */
  void forget() {
    newest = null;
  }
}
