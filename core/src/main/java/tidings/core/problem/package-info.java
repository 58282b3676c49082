/** What went wrong, in the words of the protocol, whatever the transport. */
@NullMarked
package tidings.core.problem;

import org.jspecify.annotations.NullMarked;
