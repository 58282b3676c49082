package tidings.core.inbox;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Epochs;
import tidings.core.notification.AddressPattern;

/**
 * Counts what is unread, of those who asked lately from where it stopped. One thread counts; any
 * tells of changes.
 */
final class Unread {
  private static final int COUNTED_MAX = 999;
  private static final long KEPT_BYTES_MAX = 32 << 20;
  private static final long NOTED_BYTES_MAX = 32 << 20;

  /**
   * Whose inbox it is, as which credentials show it.
   *
   * @param person 0 for one who is not stored, who can change nothing
   * @param mutes how many have not ended: of equal preferences these are the same
   */
  private record Key(
      long person, String user, long preferencesRev, int mutes, List<AddressPattern> granted) {}

  /** What is known of one inbox, as long as its user's changes are noted there. */
  private static final class Kept {
    final Notes notes;
    final Stretch unread = new Stretch(false);
    @Nullable Stretch unseen;

    Kept(Notes notes) {
      this.notes = notes;
    }

    long weight() {
      return unread.weight() + (unseen == null ? 0 : unseen.weight());
    }
  }

  private final Lru<Key, Kept> inboxes = new Lru<>(KEPT_BYTES_MAX);
  private final Lru<String, Notes> notes = new Lru<>(NOTED_BYTES_MAX);

  /** Notes what a revision changed. Never blocks. */
  void changed(String user, long rev, Change change) {
    Notes of = notes.get(user);
    if (of != null) {
      of.add(rev, change);
      notes.put(user, of, of.weight());
    }
  }

  /** Counts anew what is of a user: another's revisions begin, or entries went without a trace. */
  void erased(String user) {
    notes.remove(user);
  }

  /** What a user changes is noted from here on. To be asked for before each reading. */
  Notes noted(String user) {
    Notes known = notes.get(user);
    if (known != null) {
      return known;
    }
    Notes begun = new Notes();
    notes.put(user, begun, begun.weight());
    return begun;
  }

  /**
   * A count, which may take several readings; what was looked at in one is kept for the next,
   * though there be no room for it otherwise.
   */
  final class Count {
    private @Nullable Key key;
    private @Nullable Kept kept;

    /**
     * Counts on.
     *
     * @param noted by {@link #noted}, before the reading began
     * @return null if the budget was spent, and another reading is to go on
     */
    @Nullable Summary read(View view, Plans plans, Budget budget, Epochs epochs, Notes noted) {
      Kept of = find(view, noted);
      boolean done = update(of, view, plans, budget);
      if (view.person.number() != 0) {
        inboxes.put(Objects.requireNonNull(key), of, of.weight());
      }
      return done ? summary(of, view, epochs) : null;
    }

    private Kept find(View view, Notes noted) {
      Person person = view.person;
      Key now =
          new Key(
              person.number(),
              person.user(),
              person.preferencesRev(),
              view.mutes.size(),
              view.granted);
      Kept known = now.equals(key) ? kept : inboxes.get(now);
      Kept found = known != null && known.notes == noted ? known : new Kept(noted);
      key = now;
      kept = found;
      return found;
    }
  }

  private static boolean update(Kept of, View view, Plans plans, Budget budget) {
    if (!update(of.unread, of.notes, view, plans, budget)) {
      return false;
    }
    if (isWhole(of.unread, view.person.seen())) {
      of.unseen = null;
      return true;
    }
    if (of.unseen == null) {
      of.unseen = new Stretch(true);
    }
    return update(of.unseen, of.notes, view, plans, budget);
  }

  private static boolean update(
      Stretch stretch, Notes notes, View view, Plans plans, Budget budget) {
    return stretch.update(view, plans, budget, notes.between(stretch.rev(), view.person.rev()));
  }

  /** Whether the newest unread ones say how many are unseen. */
  private static boolean isWhole(Stretch unread, long seen) {
    return unread.reaches(seen) || unread.unseen(seen) > COUNTED_MAX;
  }

  private static Summary summary(Kept of, View view, Epochs epochs) {
    int unread = of.unread.size();
    int unseen = of.unseen == null ? of.unread.unseen(view.person.seen()) : of.unseen.size();
    return new Summary(
        Math.min(unread, COUNTED_MAX),
        Math.min(unseen, COUNTED_MAX),
        Math.max(unread, unseen) > COUNTED_MAX,
        view.person.rev(),
        epochs.cursor(view.snapshot.end()));
  }
}
