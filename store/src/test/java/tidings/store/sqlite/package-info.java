/** SQLite's own tests. */
@NullMarked
package tidings.store.sqlite;

import org.jspecify.annotations.NullMarked;
