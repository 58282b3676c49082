/** What every request and answer passes: other origins, and the dev mode's guard. */
@NullMarked
package tidings.http.guard;

import org.jspecify.annotations.NullMarked;
