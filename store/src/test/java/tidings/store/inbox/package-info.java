/** Inboxes over a store, held against a model in plain collections. */
@NullMarked
package tidings.store.inbox;

import org.jspecify.annotations.NullMarked;
