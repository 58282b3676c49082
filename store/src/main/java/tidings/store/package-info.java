/** The log and the inbox on SQLite. */
@NullMarked
package tidings.store;

import org.jspecify.annotations.NullMarked;
