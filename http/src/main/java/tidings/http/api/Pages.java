package tidings.http.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tidings.core.delivery.History;
import tidings.core.delivery.Interest;
import tidings.core.inbox.Item;
import tidings.core.inbox.Page;
import tidings.core.log.Cursor;
import tidings.core.log.Entry;
import tidings.core.log.Epochs;
import tidings.core.notification.Address;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.NotificationJson;
import tidings.http.stream.ControlJson;

/**
 * Writes pages of history and of inboxes, and single notifications, as JSON (protocol/reading.md,
 * inbox.md).
 */
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
    Long indexed = page.indexed();
    end(
        out,
        epochs.cursor(page.reached()),
        page.more(),
        indexed == null ? null : epochs.cursor(indexed));
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
    ascii(out, "{\"cursor\":\"" + epochs.cursor(entry.position()) + "\"");
    notification(out, entry, interest.isDirect(entry));
  }

  /** Ends an item with its notification. */
  private static void notification(ByteArrayOutputStream out, Entry entry, boolean direct) {
    ascii(out, ",\"notification\":");
    byte[] json = entry.json();
    if (direct) {
      out.write(json, 0, json.length - 1);
      out.writeBytes(DIRECT);
    } else {
      out.writeBytes(json);
    }
    ascii(out, "}");
  }

  /** A page of a user's inbox. */
  byte[] inbox(Page page, Address.User user) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256 + 500 * page.items().size());
    ascii(out, "{\"items\":[");
    boolean first = true;
    for (Item item : page.items()) {
      ascii(out, first ? "{" : ",{");
      ascii(out, "\"cursor\":\"" + epochs.cursor(item.entry().position()));
      ascii(out, "\",\"state\":\"" + item.state().text());
      ascii(out, "\",\"reason\":\"" + item.reason() + "\"");
      if (item.firstMs().isPresent()) {
        Instant of = Instant.ofEpochMilli(item.firstMs().getAsLong());
        ascii(out, ",\"firstTime\":\"" + NotificationJson.time(of) + "\"");
      }
      notification(out, item.entry(), item.entry().to().contains(user));
      first = false;
    }
    end(out, page.cursor(), page.more(), page.indexed());
    ascii(out, ",\"rev\":" + page.rev() + "}");
    return out.toByteArray();
  }

  /** Ends the items, and says where they end. */
  private static void end(
      ByteArrayOutputStream out, Cursor cursor, boolean more, @Nullable Cursor indexed) {
    ascii(out, "],\"cursor\":\"" + cursor + "\",\"more\":" + more);
    if (indexed != null) {
      ascii(out, ",\"indexed\":\"" + indexed + "\"");
    }
  }

  private static void ascii(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
