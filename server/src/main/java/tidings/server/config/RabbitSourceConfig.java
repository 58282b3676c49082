package tidings.server.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;

/**
 * A RabbitMQ broker whose messages are taken in.
 *
 * @param name the source's name, in logs and metrics
 * @param url {@code amqp:} or {@code amqps:}
 * @param username who signs in; null for what the URL says, else RabbitMQ's own default
 * @param password the same
 * @param exchange a topic exchange; null only with a passive queue
 * @param queue what is consumed
 * @param bindings routing-key patterns; empty with a passive queue
 * @param prefetch messages that are on their way at once
 * @param publisher the scope of the messages' refs and keys
 * @param format what the messages look like
 * @param rawContentMax bytes of an original that are kept
 * @param deadLetterExchange where what can't be read goes as well, null for nowhere
 */
public record RabbitSourceConfig(
    String name,
    Secret url,
    @Nullable Secret username,
    @Nullable Secret password,
    @Nullable String exchange,
    Queue queue,
    List<String> bindings,
    int prefetch,
    Publisher publisher,
    Format format,
    int rawContentMax,
    @Nullable String deadLetterExchange) {

  private static final String AT_EACH_CONNECT = "at each connect";

  /** What the messages of a source look like. */
  public enum Format {
    /** Those of Nasqueron's Notifications Center. */
    NASQUERON,
    /** Drafts in the hub's own JSON. */
    TIDINGS
  }

  /** How a queue comes to be. */
  public enum QueueKind {
    /** Made for one connection, gone with it. */
    EXCLUSIVE,
    /** Made by the hub; durable and replicated. */
    QUORUM,
    /** Made by an administrator; the hub needs read rights alone. */
    PASSIVE
  }

  /**
   * What is consumed.
   *
   * @param name null only for an exclusive queue, whose name the broker makes then
   */
  public record Queue(@Nullable String name, QueueKind kind) {

    static Queue read(Section section) {
      String name =
          section.optional("name", Kind.TEXT, "The queue's name; an exclusive one needs none.");
      QueueKind kind =
          section.get(
              "kind",
              Kind.oneOf(List.of(QueueKind.values()), RabbitSourceConfig::spelling),
              "exclusive",
              "`exclusive` ends with the connection, so what is sent while the hub is away is"
                  + " missed; `quorum` is durable and made by the hub; `passive` was made by an"
                  + " administrator, and the hub needs the right to read it and no other.");
      if (name == null && kind != QueueKind.EXCLUSIVE) {
        section.fault("", "the key name is missing (expected the name of the queue)");
      }
      return new Queue(name, kind);
    }
  }

  static RabbitSourceConfig read(Section section) {
    String name =
        section.required("name", Kind.TEXT, "center", "The source's name, in logs and metrics.");
    section.required(
        "kind", Kind.oneOf(List.of("rabbitmq"), kind -> kind), "rabbitmq", "What it is.");
    Secret url =
        section.secret(
            "url",
            "The broker, like `amqp://host:5672/vhost`. With `amqps:` its certificate and host name"
                + " are checked.",
            AT_EACH_CONNECT);
    Secret username =
        section.secret("username", "Who signs in, if the URL doesn't say.", AT_EACH_CONNECT);
    Secret password =
        section.secret("password", "The password, if the URL has none.", AT_EACH_CONNECT);
    String exchange =
        section.optional(
            "exchange",
            Kind.TEXT,
            "A durable topic exchange, declared if it isn't there. Not with a passive queue.");
    Queue queue = section.section("queue", "The queue that is consumed.", Queue::read);
    List<String> bindings =
        section.list(
            "bindings",
            Kind.TEXT,
            "Patterns of routing keys that the queue is bound with (`#` is all). Not with a passive"
                + " queue.");
    RabbitSourceConfig source =
        new RabbitSourceConfig(
            name,
            url == null ? new Secret.Inline("") : url,
            username,
            password,
            exchange,
            queue,
            bindings,
            section.get(
                "prefetch",
                Kind.integer(1, 1_000),
                "200",
                "Messages that are on their way at once."),
            publisher(section, name),
            section.get(
                "format",
                Kind.oneOf(List.of(Format.values()), RabbitSourceConfig::spelling),
                "tidings",
                "`nasqueron` for messages of the Notifications Center, `tidings` for notifications"
                    + " in the hub's own JSON."),
            section
                .get(
                    "raw-content-max",
                    Kind.size("0B", "16MiB"),
                    "1MiB",
                    "The largest `rawContent` that is kept; of a larger one only its size is.")
                .intValue(),
            section.optional(
                "dead-letter-exchange",
                Kind.TEXT,
                "An exchange to which messages that can't be read are sent as well."));
    source.check(section);
    return source;
  }

  private static Publisher publisher(Section section, String name) {
    Publisher publisher =
        section.optional(
            "publisher",
            Kind.PUBLISHER,
            "The publisher whose refs and keys the messages have: a name, which sources may share,"
                + " or `sub:ID`, who publishes over HTTP with tokens of that subject. By default"
                + " the source's name.");
    return publisher == null ? Publisher.source(name) : publisher;
  }

  private void check(Section section) {
    if (url instanceof Secret.Inline inline
        && Kind.AMQP_URL.parse().apply(inline.value()) == null) {
      section.fault("url", "expected " + Kind.AMQP_URL.expected());
    }
    if (queue.kind == QueueKind.PASSIVE) {
      if (exchange != null) {
        section.fault("exchange", "a passive queue is bound by its administrator: leave it out");
      }
      if (!bindings.isEmpty()) {
        section.fault("bindings", "a passive queue is bound by its administrator: leave them out");
      }
      return;
    }
    if (exchange == null) {
      section.fault("", "the key exchange is missing (expected the name of a topic exchange)");
    }
    if (bindings.isEmpty()) {
      section.fault(
          "", "the key bindings is missing (expected routing-key patterns, [\"#\"] for all)");
    }
  }

  private static String spelling(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
