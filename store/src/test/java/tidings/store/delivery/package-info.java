/** The delivery rules, tried at random on the real log, tail, dispatcher and replay. */
@NullMarked
package tidings.store.delivery;

import org.jspecify.annotations.NullMarked;
