/** The format of the Nasqueron Notifications Center, on the broker and on the wire. */
@NullMarked
package tidings.gates.nasqueron;

import org.jspecify.annotations.NullMarked;
