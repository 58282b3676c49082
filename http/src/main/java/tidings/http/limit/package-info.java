/** How much one client may ask for. */
@NullMarked
package tidings.http.limit;

import org.jspecify.annotations.NullMarked;
