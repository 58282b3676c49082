package tidings.core.inbox;

import java.util.OptionalLong;
import tidings.core.log.Entry;

/**
 * An entry of an inbox.
 *
 * @param reason why it is shown: {@code direct}, {@code everyone} or {@code topic:PATTERN}
 * @param firstMs when the first of those that it replaced happened, in milliseconds since 1970
 */
public record Item(Entry entry, State state, String reason, OptionalLong firstMs) {}
