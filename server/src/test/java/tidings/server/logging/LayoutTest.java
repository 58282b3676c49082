package tidings.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class LayoutTest {
  private static final String HOSTILE = "two\nlines\r\t\u001b[31m\u2028 \"x\"";

  @Test
  void aLineIsOneLineWhateverIsInIt() {
    String line = new TextLayout().doLayout(event());

    assertThat(line)
        .startsWith(
            "2026-11-21T09:00:00.123Z WARN http.Site:"
                + " two\\nlines\\r\\t\\u001b[31m\\u2028 \"x\" path=\"a\\nb\" user=\"x status=200 \\\"y\" plain=x: java.io.IOException:"
                + " gone\\n\\tat ");
    assertThat(line.strip()).matches("\\P{Cc}*");
  }

  @Test
  void aLineOfJsonHasTheSame() {
    String line = new JsonLayout().doLayout(event());

    assertThat(line).hasLineCount(1);
    JsonNode json = JsonMapper.shared().readTree(line);
    assertThat(json.path("message").asString()).isEqualTo(HOSTILE);
    assertThat(json.path("path").asString()).isEqualTo("a\nb");
    assertThat(json.path("level").asString()).isEqualTo("WARN");
    assertThat(json.path("exception").asString()).startsWith("java.io.IOException: gone");
  }

  private static LoggingEvent event() {
    Logger logger = new LoggerContext().getLogger("tidings.http.Site");
    LoggingEvent event =
        new LoggingEvent("x", logger, Level.WARN, HOSTILE, new IOException("gone"), null);
    event.setInstant(Instant.parse("2026-11-21T09:00:00.123Z"));
    event.addKeyValuePair(new KeyValuePair("path", "a\nb"));
    event.addKeyValuePair(new KeyValuePair("user", "x status=200 \"y"));
    event.addKeyValuePair(new KeyValuePair("plain", "x"));
    return event;
  }
}
