package tidings.core.problem;

import org.jspecify.annotations.Nullable;

/**
 * One refusal as a caller gets to read it (RFC 9457): which kind, what is wrong, where, and what
 * was expected instead.
 *
 * @param kind the stable sort of problem
 * @param detail what is wrong, naming the offender; one sentence without a full stop
 * @param field the offending field or parameter, null where there is none
 */
public record Problem(Kind kind, String detail, @Nullable String field) {

  /** The stable sorts of problem; {@link #slug()} is the last part of the problem's type URN. */
  public enum Kind {
    INVALID_REQUEST,
    INVALID_NOTIFICATION,
    INVALID_CURSOR,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    REF_CONFLICT,
    REV_CONFLICT,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    RATE_LIMITED,
    /** Too much at once; nothing was stored; worth a retry. */
    OVERLOADED,
    /** The store has no room; nothing was stored. */
    STORAGE_FULL,
    /** The store or a service behind the hub can't be reached; nothing was stored. */
    UNAVAILABLE,
    /** Whether it was stored is not known; a retry with the same ref is safe. */
    OUTCOME_UNKNOWN,
    INTERNAL;

    /** This kind in the protocol's spelling, for example {@code ref-conflict}. */
    public String slug() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  public static Problem of(Kind kind, String detail) {
    return new Problem(kind, detail, null);
  }

  /** A notification's field that breaks the rules. */
  public static Problem invalid(String field, String detail) {
    return new Problem(Kind.INVALID_NOTIFICATION, detail, field);
  }

  /**
   * A parameter, or a member of what a request says, that can't be taken: names it in the text too.
   */
  public static Problem invalidRequest(String field, String detail) {
    return new Problem(Kind.INVALID_REQUEST, field + ": " + detail, field);
  }

  /** This problem as an exception. */
  public Refusal refusal() {
    return new Refusal(this);
  }
}
