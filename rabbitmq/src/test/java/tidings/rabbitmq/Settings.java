package tidings.rabbitmq;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;

/** The settings of sources under test. */
final class Settings {
  static final RabbitQueue QUORUM = new RabbitQueue.Quorum("work", "notifications", List.of("#"));
  static final RabbitQueue EXCLUSIVE =
      new RabbitQueue.Exclusive(null, "notifications", List.of("#"));
  static final Format CENTER = Format.nasqueron(1 << 20);

  private Settings() {}

  static RabbitSettings of(String url, RabbitQueue queue) {
    return of(url, queue, CENTER, null);
  }

  static RabbitSettings of(
      String url, RabbitQueue queue, Format format, @Nullable String deadLetterExchange) {
    return new RabbitSettings(
        "center",
        () -> url,
        null,
        null,
        queue,
        50,
        Publisher.source("center"),
        format,
        deadLetterExchange);
  }

  /** The same for a source of another name, publisher and prefetch. */
  static RabbitSettings as(RabbitSettings settings, String name, String publisher, int prefetch) {
    return new RabbitSettings(
        name,
        settings.url(),
        settings.username(),
        settings.password(),
        settings.queue(),
        prefetch,
        Publisher.source(publisher),
        settings.format(),
        settings.deadLetterExchange());
  }

  /** A message as the Center sends it. */
  static String message(String text) {
    return """
    {"service":"GitHub","project":"Nasqueron","group":"ops","rawContent":{},"type":"push",\
    "text":"%s","link":"https://example.org/c/1"}\
    """
        .formatted(text);
  }
}
