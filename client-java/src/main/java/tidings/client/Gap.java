package tidings.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That something can't be given any more (protocol/cursors.md).
 *
 * @param reason {@code retention} or {@code epoch}
 * @param from where the reader stood
 * @param to the next notification comes after this
 * @param fromTime when the last one before the gap was accepted, if the hub knows
 * @param toTime when the first one after it was accepted, if there is one
 */
public record Gap(
    String reason, String from, String to, @Nullable Instant fromTime, @Nullable Instant toTime) {}
