/** Who may: callers, what they were granted, and the port that turns credentials into callers. */
@NullMarked
package tidings.core.access;

import org.jspecify.annotations.NullMarked;
