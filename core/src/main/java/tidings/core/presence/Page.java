package tidings.core.presence;

import java.util.List;

/**
 * Some of those who listen, in the order of bytes of their ids.
 *
 * @param more whether others come later
 */
public record Page(List<Listener> items, boolean more) {}
