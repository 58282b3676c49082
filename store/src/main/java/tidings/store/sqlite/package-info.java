/**
 * The log on one SQLite file: one writer thread that commits in groups, a few readers beside it.
 *
 * <p>{@link tidings.store.sqlite.SqliteLog} is the façade; all else serves it.
 */
@NullMarked
package tidings.store.sqlite;

import org.jspecify.annotations.NullMarked;
