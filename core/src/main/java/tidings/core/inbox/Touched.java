package tidings.core.inbox;

import org.jspecify.annotations.Nullable;

/**
 * An entry that a user marked by itself: an exception to the marks. A flag holds unless a later
 * mark covers it ({@link ReadState#holding}).
 *
 * @param read null if it says nothing of that
 * @param archived null if it says nothing of that
 * @param rev the revision that set the flags, or a later one
 */
public record Touched(
    long position, @Nullable Boolean read, @Nullable Boolean archived, long rev) {}
