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
    Touched.Flag flag = exception == null ? null : held(person.read(), position, exception.read());
    if (flag != null) {
      return flag.is();
    }
    return position <= person.read().position() || position <= person.begin() && !direct;
  }

  /** Whether an entry is archived. */
  static boolean isArchived(Person person, @Nullable Touched exception, long position) {
    Touched.Flag flag =
        exception == null ? null : held(person.archived(), position, exception.archived());
    if (flag != null) {
      return flag.is();
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

  /** An exception without what marks cover; null if nothing holds. */
  public static @Nullable Touched holding(Person person, Touched exception) {
    long position = exception.position();
    return touched(
        position,
        held(person.read(), position, exception.read()),
        held(person.archived(), position, exception.archived()));
  }

  /**
   * What is to be kept of an entry once it is marked by itself, with the person's next revision;
   * null if it is so already.
   *
   * @param before what is kept of this position, null if nothing is
   */
  public static @Nullable Touched touch(
      Person person, Change.Touch touch, Change.Touch.At at, @Nullable Touched before) {
    long position = at.position();
    Touched.Flag read =
        changed(touch.read(), isRead(person, before, position, at.direct()), person);
    Touched.Flag archived = changed(touch.archived(), isArchived(person, before, position), person);
    if (read == null && archived == null) {
      return null;
    }
    Touched held = before == null ? null : holding(person, before);
    return new Touched(
        position,
        read != null || held == null ? read : held.read(),
        archived != null || held == null ? archived : held.archived());
  }

  private static Touched.@Nullable Flag changed(
      @Nullable Boolean wanted, boolean is, Person person) {
    return wanted == null || wanted == is ? null : new Touched.Flag(wanted, person.rev() + 1);
  }

  /** Whether a mark of everything ends an exception that says the opposite and holds until now. */
  public static boolean ends(Person person, Change.MarkAll all, Touched exception) {
    return ends(person, new Change.DropBelow(all.kind(), all.upTo(), Long.MAX_VALUE), exception);
  }

  /** Whether a step of a lower mark ends an exception. */
  public static boolean ends(Person person, Change.DropBelow drop, Touched exception) {
    long position = exception.position();
    Touched.Flag flag =
        switch (drop.kind()) {
          case SEEN -> null;
          case READ -> held(person.read(), position, exception.read());
          case ARCHIVED -> held(person.archived(), position, exception.archived());
        };
    return flag != null
        && !flag.is()
        && position <= drop.upTo()
        && (flag.rev() < drop.notAfterRev()
            || flag.rev() == drop.notAfterRev() && position < drop.before());
  }

  /** What is left of an exception that a step of a lower mark ends; null if nothing is. */
  public static @Nullable Touched left(Person person, Change.DropBelow drop, Touched exception) {
    Touched held = holding(person, exception);
    return held == null
        ? null
        : touched(
            held.position(),
            drop.kind() == Mark.Kind.READ ? null : held.read(),
            drop.kind() == Mark.Kind.ARCHIVED ? null : held.archived());
  }

  private static @Nullable Touched touched(
      long position, Touched.@Nullable Flag read, Touched.@Nullable Flag archived) {
    return read == null && archived == null ? null : new Touched(position, read, archived);
  }

  /** A flag, unless the mark covers it. */
  private static Touched.@Nullable Flag held(
      Mark mark, long position, Touched.@Nullable Flag flag) {
    return flag != null && (position > mark.position() || flag.rev() > mark.rev()) ? flag : null;
  }
}
