/** A user's own view of the log: what reaches them, and what of it they have read. */
@NullMarked
package tidings.core.inbox;

import org.jspecify.annotations.NullMarked;
