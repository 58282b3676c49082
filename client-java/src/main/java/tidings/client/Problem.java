package tidings.client;

import org.jspecify.annotations.Nullable;

/**
 * Why a hub refused (RFC 9457; protocol/problems.md).
 *
 * @param type stable, what programs look at: {@code urn:tidings:problem:forbidden}; of another kind
 *     if it is not the hub that answers
 * @param title the same sentence for every problem of a type
 * @param status of HTTP
 * @param detail what is wrong and what was expected, for people
 * @param field the offending field or parameter
 */
public record Problem(
    String type, String title, int status, @Nullable String detail, @Nullable String field) {}
