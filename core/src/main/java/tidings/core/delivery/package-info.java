/** The hot path: who listens, and how what the log took reaches them. */
@NullMarked
package tidings.core.delivery;

import org.jspecify.annotations.NullMarked;
