package tidings.rabbitmq;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;

/**
 * What an operator decides about one source.
 *
 * @param name in logs, metrics and the store; unique among the sources of a hub
 * @param url {@code amqp://…} or {@code amqps://…}; with the latter certificate and host name are
 *     checked
 * @param username who signs in; null for whom the URL names, else RabbitMQ's own default
 * @param password the same
 * @param queue what is consumed
 * @param prefetch how many messages may be on their way at once, 1 to {@value #PREFETCH_MAX}
 * @param publisher the scope of the messages' ids
 * @param format what the messages look like
 * @param deadLetterExchange where a copy of what can't be read goes; null for nowhere
 */
public record RabbitSettings(
    String name,
    Secret url,
    @Nullable Secret username,
    @Nullable Secret password,
    RabbitQueue queue,
    int prefetch,
    Publisher publisher,
    Format format,
    @Nullable String deadLetterExchange) {

  /** Each delivery without an id is remembered in the store until so many have come after it. */
  public static final int PREFETCH_MAX = 1_000;

  public RabbitSettings {
    if (prefetch < 1 || prefetch > PREFETCH_MAX) {
      throw new IllegalArgumentException(
          "prefetch %d (expected 1 to %d)".formatted(prefetch, PREFETCH_MAX));
    }
  }

  /** A text that is read anew at each connect, since Vault's agent may have written it anew. */
  @FunctionalInterface
  public interface Secret {
    String value() throws IOException;
  }
}
