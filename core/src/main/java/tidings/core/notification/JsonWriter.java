package tidings.core.notification;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Writes compact JSON on one line: what the hub says itself. UTF-8 is left as it is; only what JSON
 * requires is escaped. Fields without a value are left out. Not thread-safe.
 */
public final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder out;
  private boolean first = true;

  private JsonWriter(int chars) {
    out = new StringBuilder(chars);
  }

  /** Begins an object, with room for about so many characters. */
  public static JsonWriter object(int chars) {
    JsonWriter json = new JsonWriter(chars);
    json.out.append('{');
    return json;
  }

  public JsonWriter text(String name, @Nullable String value) {
    if (value != null) {
      name(name);
      quote(out, value);
    }
    return this;
  }

  public JsonWriter number(String name, long value) {
    name(name);
    out.append(value);
    return this;
  }

  public JsonWriter bool(String name, boolean value) {
    name(name);
    out.append(value);
    return this;
  }

  public JsonWriter texts(String name, Collection<String> values) {
    name(name);
    char separator = '[';
    for (String value : values) {
      out.append(separator);
      quote(out, value);
      separator = ',';
    }
    out.append(separator == '[' ? "[]" : "]");
    return this;
  }

  /** Adds a value that is JSON already. */
  public JsonWriter json(String name, CharSequence value) {
    name(name);
    out.append(value);
    return this;
  }

  /** Ends the object. */
  public byte[] bytes() {
    return end().getBytes(StandardCharsets.UTF_8);
  }

  /** Ends the object. */
  public String end() {
    return out.append('}').toString();
  }

  private void name(String name) {
    if (!first) {
      out.append(',');
    }
    first = false;
    out.append('"').append(name).append("\":");
  }

  /** Writes a text as a JSON string, with its quotes. */
  public static void quote(StringBuilder out, String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ') {
            out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
