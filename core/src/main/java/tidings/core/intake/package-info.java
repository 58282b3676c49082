/** The one way in: what validates and authorises drafts and hands them to the log. */
@NullMarked
package tidings.core.intake;

import org.jspecify.annotations.NullMarked;
