package tidings.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events (WHATWG HTML, 9.2.6). Confined to one thread. */
final class EventReader {
  private final BufferedReader lines;
  private long retryMs;

  EventReader(InputStream stream) {
    this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  /**
   * @param name the event's name, {@code message} if it has none
   * @param id its cursor, null if it has none
   */
  record Event(String name, @Nullable String id, String data) {}

  /** The next event, or null at the end; one that the end cuts off is not given. */
  @Nullable Event next() throws IOException {
    String name = "message";
    String id = null;
    StringBuilder data = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (data != null) {
          return new Event(name, id, data.toString());
        }
        name = "message";
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
      switch (field) {
        case "event" -> name = value;
        case "id" -> id = value;
        case "data" ->
            data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
        case "retry" -> {
          if (value.matches("[0-9]{1,9}")) {
            retryMs = Long.parseLong(value);
          }
        }
        default -> {} // a comment, or of a later version
      }
    }
    return null;
  }

  /** How long the hub wants its reader to wait before it comes again, 0 if it has not said so. */
  long retryMs() {
    return retryMs;
  }
}
