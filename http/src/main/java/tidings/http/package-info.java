/** The hub's protocol over HTTP, on Netty. */
@NullMarked
package tidings.http;

import org.jspecify.annotations.NullMarked;
