/** The contract suite that every store runs, and what it needs. */
@NullMarked
package tidings.store;

import org.jspecify.annotations.NullMarked;
