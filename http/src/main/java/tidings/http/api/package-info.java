/** The REST endpoints. */
@NullMarked
package tidings.http.api;

import org.jspecify.annotations.NullMarked;
