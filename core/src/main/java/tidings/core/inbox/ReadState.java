package tidings.core.inbox;

import org.jspecify.annotations.Nullable;

/**
 * What an entry is to a person: marks, and the exceptions that hold against them
 * (protocol/inbox.md, "State").
 */
public final class ReadState {
  private ReadState() {}

  /**
   * Whether an entry is read.
   *
   * @param exception what is kept of this position, null if nothing is
   * @param direct whether it is addressed to the person
   */
  static boolean isRead(Person person, @Nullable Touched exception, long position, boolean direct) {
    if (exception != null && exception.read() != null && holds(person.read(), exception)) {
      return exception.read();
    }
    return position <= person.read().position() || position <= person.begin() && !direct;
  }

  /** Whether an entry is archived. */
  static boolean isArchived(Person person, @Nullable Touched exception, long position) {
    if (exception != null && exception.archived() != null && holds(person.archived(), exception)) {
      return exception.archived();
    }
    return position <= person.archived().position();
  }

  /** What an entry is. */
  static State state(Person person, @Nullable Touched exception, long position, boolean direct) {
    if (isArchived(person, exception, position)) {
      return State.ARCHIVED;
    }
    return isRead(person, exception, position, direct) ? State.READ : State.UNREAD;
  }

  /** Whether an entry that is unread was not seen either. */
  static boolean isUnseen(Person person, @Nullable Touched exception, long position) {
    return position > person.seen() && (exception == null || holding(person, exception) == null);
  }

  /** An exception without what marks cover; itself if all holds, null if nothing does. */
  public static @Nullable Touched holding(Person person, Touched exception) {
    return without(
        exception, !holds(person.read(), exception), !holds(person.archived(), exception));
  }

  /**
   * What is to be kept of an entry once it is marked by itself, with the person's next revision;
   * null if it is so already.
   *
   * @param before what is kept of this position, null if nothing is
   */
  public static @Nullable Touched touch(
      Person person, Change.Touch touch, Change.Touch.At at, @Nullable Touched before) {
    Boolean read = touch.read();
    Boolean archived = touch.archived();
    boolean changesRead =
        read != null && read != isRead(person, before, at.position(), at.direct());
    boolean changesArchived =
        archived != null && archived != isArchived(person, before, at.position());
    if (!changesRead && !changesArchived) {
      return null;
    }
    Touched held = before == null ? null : holding(person, before);
    return new Touched(
        at.position(),
        changesRead ? read : held == null ? null : held.read(),
        changesArchived ? archived : held == null ? null : held.archived(),
        person.rev() + 1);
  }

  /** Whether a mark of everything ends an exception that says the opposite and holds until now. */
  public static boolean ends(Person person, Change.MarkAll all, Touched exception) {
    return exception.position() <= all.upTo()
        && switch (all.kind()) {
          case SEEN -> false;
          case READ -> isFalse(exception.read()) && holds(person.read(), exception);
          case ARCHIVED -> isFalse(exception.archived()) && holds(person.archived(), exception);
        };
  }

  /** Whether a step of a lower mark ends an exception. */
  public static boolean ends(Person person, Change.DropBelow drop, Touched exception) {
    return exception.rev() <= drop.notAfterRev()
        && ends(person, new Change.MarkAll(drop.kind(), drop.upTo()), exception);
  }

  /** What is left of an exception that a step of a lower mark ends; null if nothing is. */
  public static @Nullable Touched left(Person person, Change.DropBelow drop, Touched exception) {
    Touched held = holding(person, exception);
    return held == null
        ? null
        : without(held, drop.kind() == Mark.Kind.READ, drop.kind() == Mark.Kind.ARCHIVED);
  }

  private static @Nullable Touched without(Touched exception, boolean read, boolean archived) {
    Boolean keptRead = read ? null : exception.read();
    Boolean keptArchived = archived ? null : exception.archived();
    return keptRead == null && keptArchived == null
        ? null
        : new Touched(exception.position(), keptRead, keptArchived, exception.rev());
  }

  private static boolean isFalse(@Nullable Boolean flag) {
    return flag != null && !flag;
  }

  private static boolean holds(Mark mark, Touched exception) {
    return exception.position() > mark.position() || exception.rev() > mark.rev();
  }
}
