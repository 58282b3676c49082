package tidings.core.inbox;

import java.util.List;
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
  private static final long NOTED_MAX = 1_000_000;

  /**
   * Whose inbox it is, as which credentials show it.
   *
   * @param mutes how many have not ended: of equal preferences these are the same
   */
  private record Key(
      long person, long preferencesRev, int mutes, List<AddressPattern> granted, boolean unseen) {}

  private final Lru<Key, Stretch> stretches = new Lru<>(KEPT_BYTES_MAX);
  private final Lru<String, Notes> notes = new Lru<>(NOTED_MAX);

  /** Notes what a revision changed. Never blocks. */
  void changed(String user, long rev, Change change) {
    Notes of = notes.get(user);
    if (of != null) {
      of.add(rev, change);
      notes.put(user, of, of.weight());
    }
  }

  /** Counts; null if the budget was spent, and another reading is to go on. */
  @Nullable Summary count(View view, Plans plans, Budget budget, Epochs epochs) {
    Stretch unread = update(false, view, plans, budget);
    if (unread == null) {
      return null;
    }
    long seen = view.person.seen();
    int unseen = unread.unseen(seen);
    if (unseen <= COUNTED_MAX && !unread.reaches(seen)) {
      Stretch further = update(true, view, plans, budget);
      if (further == null) {
        return null;
      }
      unseen = further.size();
    }
    return new Summary(
        Math.min(unread.size(), COUNTED_MAX),
        Math.min(unseen, COUNTED_MAX),
        Math.max(unread.size(), unseen) > COUNTED_MAX,
        view.person.rev(),
        epochs.cursor(view.snapshot.end()));
  }

  private @Nullable Stretch update(boolean unseenOnly, View view, Plans plans, Budget budget) {
    Person person = view.person;
    Key key =
        new Key(
            person.number(), person.preferencesRev(), view.mutes.size(), view.granted, unseenOnly);
    boolean stored = person.number() != 0;
    Stretch known = stored ? stretches.get(key) : null;
    Stretch stretch = known == null ? new Stretch(unseenOnly) : known;
    Notes of = notes.get(person.user());
    List<Change> changes = of == null ? null : of.between(stretch.rev(), person.rev());
    boolean done = stretch.update(view, plans, budget, changes);
    if (stored) {
      if (of == null) {
        notes.put(person.user(), new Notes(), 1);
      }
      stretches.put(key, stretch, stretch.weight());
    }
    return done ? stretch : null;
  }
}
