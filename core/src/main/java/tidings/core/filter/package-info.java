/** What readers want: filters, and who is interested in an address. */
@NullMarked
package tidings.core.filter;

import org.jspecify.annotations.NullMarked;
