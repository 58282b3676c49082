package tidings.core.inbox;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change to what is kept of a user. One that changes anything raises the revision by one, but
 * for {@link Begin}; what becomes of rows is said by {@link Person} and {@link ReadState}.
 */
public sealed interface Change {

  /**
   * Makes a person who begins here, at revision 0, if there is none.
   *
   * @param at the end of the log as it was at their first request
   */
  record Begin(long at) implements Change {}

  /**
   * Everything up to a position. Below the mark that there is it changes nothing, and {@link
   * Changed#rest()} goes on; at the mark too, if too much was marked by itself since to say at once
   * whether that ends any of it.
   */
  record MarkAll(Mark.Kind kind, long upTo) implements Change {}

  /**
   * One step of a mark that is not above the last one: of what was marked by itself as the opposite
   * since that one, looks at some hundred, the newest revision first, and ends those at or below a
   * position. {@link Changed#rest()} goes on with what was not looked at.
   *
   * @param kind {@code READ} or {@code ARCHIVED}
   * @param notAfterRev exceptions of a later revision were made after the mark, and hold
   * @param before of just this revision those from this position on were looked at
   */
  record DropBelow(Mark.Kind kind, long upTo, long notAfterRev, long before) implements Change {

    /** The first step. */
    public DropBelow(Mark.Kind kind, long upTo, long notAfterRev) {
      this(kind, upTo, notAfterRev, Long.MAX_VALUE);
    }
  }

  /**
   * Marks entries by themselves.
   *
   * @param entries 1 to 500
   * @param read null to leave it as it is
   * @param archived null to leave it as it is
   */
  record Touch(List<At> entries, @Nullable Boolean read, @Nullable Boolean archived)
      implements Change {

    public Touch {
      entries = List.copyOf(entries);
    }

    /**
     * An entry that reaches the user.
     *
     * @param direct whether it is addressed to the user
     */
    public record At(long position, boolean direct) {}
  }

  /**
   * Replaces the preferences.
   *
   * @param wanted as {@link Preferences#after} gives them
   * @param expected the revision of the last change of preferences, after which they are
   * @param now when mutes that end before it say nothing any more
   */
  record Save(Preferences wanted, long expected, Instant now) implements Change {}
}
