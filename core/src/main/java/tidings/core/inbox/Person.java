package tidings.core.inbox;

import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * What is kept of a user in one row. Immutable.
 *
 * @param number never used for another, also not after erasing; 0 if the person is not stored
 * @param begin the end of the log when they first came
 * @param rev 0 or more; raised with every change
 * @param seen everything up to here was seen
 * @param preferencesRev the revision of the last change of preferences
 */
public record Person(
    long number,
    String user,
    long begin,
    long rev,
    long seen,
    Mark read,
    Mark archived,
    Preferences preferences,
    long preferencesRev) {

  /** Someone who begins. */
  public static Person begins(long number, String user, long at) {
    return new Person(number, user, at, 0, 0, Mark.NONE, Mark.NONE, Preferences.NONE, 0);
  }

  /**
   * This person after a mark; itself if that changes nothing.
   *
   * @param ends whether {@link ReadState#ends} holds of some exception
   */
  public Person marked(Change.MarkAll all, boolean ends) {
    long upTo = all.upTo();
    Mark mark = new Mark(upTo, rev + 1);
    return switch (all.kind()) {
      case SEEN -> upTo <= seen ? this : marked(upTo, read, archived);
      case READ ->
          upTo > read.position() || upTo == read.position() && ends
              ? marked(upTo, mark, archived)
              : this;
      case ARCHIVED ->
          upTo > archived.position() || upTo == archived.position() && ends
              ? marked(upTo, read, mark)
              : this;
    };
  }

  private Person marked(long upTo, Mark newRead, Mark newArchived) {
    return new Person(
        number,
        user,
        begin,
        rev + 1,
        Math.max(seen, upTo),
        newRead,
        newArchived,
        preferences,
        preferencesRev);
  }

  /** This person after some exceptions were made or ended. */
  public Person touched() {
    return new Person(
        number, user, begin, rev + 1, seen, read, archived, preferences, preferencesRev);
  }

  /**
   * This person after preferences were saved; itself if that changes nothing.
   *
   * @param end the end of the log
   * @throws Refusal of kind {@code REV_CONFLICT} if another revision was expected
   */
  public Person saved(Change.Save save, long end) {
    expectPreferences(save.expected());
    Preferences saved = save.wanted().begun(begin, end).at(save.now());
    return saved.equals(preferences.at(save.now()))
        ? this
        : new Person(number, user, begin, rev + 1, seen, read, archived, saved, rev + 1);
  }

  /**
   * Checks which revision somebody takes for that of the last change of preferences.
   *
   * @throws Refusal of kind {@code REV_CONFLICT} if it is another
   */
  void expectPreferences(long rev) {
    if (rev != preferencesRev) {
      throw new Problem(
              Problem.Kind.REV_CONFLICT,
              "rev %d (expected %d, the last change of preferences)".formatted(rev, preferencesRev),
              "rev")
          .refusal();
    }
  }
}
