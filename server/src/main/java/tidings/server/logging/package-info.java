/** What the hub writes to standard error: one line an event, whatever is in it. */
@NullMarked
package tidings.server.logging;

import org.jspecify.annotations.NullMarked;
