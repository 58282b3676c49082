package tidings.core.notification;

/**
 * A JSON object as compact text on one line. Whoever makes one has parsed it: {@code core} embeds
 * the text as it is.
 *
 * @param text valid JSON that begins with a brace and holds no line break
 */
public record JsonObject(String text) {

  public JsonObject {
    if (!text.startsWith("{")
        || !text.endsWith("}")
        || text.indexOf('\n') >= 0
        || text.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("not a compact JSON object");
    }
  }
}
