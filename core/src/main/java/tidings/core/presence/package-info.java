/** Who listens now. */
@NullMarked
package tidings.core.presence;

import org.jspecify.annotations.NullMarked;
