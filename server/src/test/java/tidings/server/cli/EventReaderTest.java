package tidings.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tidings.server.cli.EventReader.Event;
import tidings.server.cli.EventReader.Item;
import tidings.server.cli.EventReader.Retry;

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
    assertThat(read("retry: 1500\n\nretry: soon\n\n")).containsExactly(new Retry(1500));
  }

  private static List<Item> read(String text) throws IOException {
    EventReader reader =
        new EventReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    List<Item> items = new ArrayList<>();
    for (Item item = reader.next(); item != null; item = reader.next()) {
      items.add(item);
    }
    return items;
  }
}
