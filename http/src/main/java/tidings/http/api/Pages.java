package tidings.http.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tidings.core.delivery.History;
import tidings.core.delivery.Interest;
import tidings.core.log.Entry;
import tidings.core.log.Epochs;
import tidings.core.notification.JsonWriter;
import tidings.http.stream.ControlJson;

/** Writes pages of history, and single notifications, as JSON (protocol/reading.md). */
record Pages(Epochs epochs) {
  private static final byte[] DIRECT = ",\"direct\":true}".getBytes(StandardCharsets.US_ASCII);

  byte[] page(History.Page page, Interest interest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256 + 400 * page.items().size());
    ascii(out, "{\"items\":[");
    boolean first = true;
    for (Entry entry : page.items()) {
      ascii(out, first ? "" : ",");
      item(out, entry, interest);
      first = false;
    }
    ascii(out, "],\"cursor\":\"" + epochs.cursor(page.reached()));
    ascii(out, "\",\"more\":" + page.more());
    if (page.gap() != null) {
      ascii(out, ",\"gap\":" + ControlJson.gap(JsonWriter.object(96), page.gap()).end());
    }
    ascii(out, "}");
    return out.toByteArray();
  }

  byte[] item(Entry entry, Interest interest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64 + entry.json().length);
    item(out, entry, interest);
    return out.toByteArray();
  }

  private void item(ByteArrayOutputStream out, Entry entry, Interest interest) {
    ascii(out, "{\"cursor\":\"" + epochs.cursor(entry.position()) + "\",\"notification\":");
    byte[] json = entry.json();
    if (interest.isDirect(entry)) {
      out.write(json, 0, json.length - 1);
      out.writeBytes(DIRECT);
    } else {
      out.writeBytes(json);
    }
    ascii(out, "}");
  }

  private static void ascii(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
