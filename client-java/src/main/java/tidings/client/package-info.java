/**
 * A client of a Tidings hub. Begin with {@link tidings.client.TidingsClient}; the protocol that it
 * speaks is in the project's folder {@code protocol/}.
 */
@NullMarked
package tidings.client;

import org.jspecify.annotations.NullMarked;
