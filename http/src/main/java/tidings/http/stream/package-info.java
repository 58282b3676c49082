/** Streams: the wire forms of server-sent events and the outlets that write them. */
@NullMarked
package tidings.http.stream;

import org.jspecify.annotations.NullMarked;
