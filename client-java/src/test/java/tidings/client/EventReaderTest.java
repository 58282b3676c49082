package tidings.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tidings.client.EventReader.Event;

final class EventReaderTest {

  @Test
  void eventsEndAtEmptyLines() throws IOException {
    assertThat(read("id: e.1\ndata: {\"a\":1}\n\nevent: hello\nid: e.2\ndata:{}\n\n"))
        .containsExactly(new Event("message", "e.1", "{\"a\":1}"), new Event("hello", "e.2", "{}"));
  }

  @Test
  void anEventThatTheEndCutsOffIsNotGiven() throws IOException {
    assertThat(read("data: whole\n\nid: e.2\ndata: half\n"))
        .containsExactly(new Event("message", null, "whole"));
  }

  @Test
  void anEventWithoutDataIsNone() throws IOException {
    assertThat(read("event: x\n\ndata: y\n\n")).containsExactly(new Event("message", null, "y"));
  }

  @Test
  void allLineEndsCommentsAndSeveralDataLinesAreRead() throws IOException {
    assertThat(read(": comment\r\ndata: a\rdata: b\r\n\r\ndata\n\n"))
        .containsExactly(new Event("message", null, "a\nb"), new Event("message", null, ""));
  }

  @Test
  void theWaitBeforeTheNextVisitIsRead() throws IOException {
    EventReader reader = reader("data: a\nretry: 1500\n\nretry: soon\n\n");

    assertThat(reader.retryMs()).isZero();
    assertThat(reader.next()).isEqualTo(new Event("message", null, "a"));
    assertThat(reader.next()).isNull();
    assertThat(reader.retryMs()).isEqualTo(1500);
  }

  private static List<Event> read(String text) throws IOException {
    EventReader reader = reader(text);
    List<Event> events = new ArrayList<>();
    for (Event event = reader.next(); event != null; event = reader.next()) {
      events.add(event);
    }
    return events;
  }

  private static EventReader reader(String text) {
    return new EventReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
