/** Static files: the page, as it was built. */
@NullMarked
package tidings.http.page;

import org.jspecify.annotations.NullMarked;
