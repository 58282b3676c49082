package tidings.http.api;

import java.nio.charset.StandardCharsets;
import java.util.List;
import tidings.core.log.Append;
import tidings.core.log.Epochs;
import tidings.core.notification.JsonWriter;

/** What a publisher gets back for what was stored: {@code {"id","cursor"}}. */
record Receipts(Epochs epochs) {

  String json(Append.Receipt receipt) {
    return JsonWriter.object(96)
        .text("id", receipt.id().toString())
        .text("cursor", epochs.cursor(receipt.position()).toString())
        .end();
  }

  byte[] array(List<Append.Receipt> receipts) {
    StringBuilder json = new StringBuilder(96 * receipts.size());
    for (Append.Receipt receipt : receipts) {
      json.append(json.isEmpty() ? '[' : ',').append(json(receipt));
    }
    return json.append(']').toString().getBytes(StandardCharsets.US_ASCII);
  }
}
