package tidings.server.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One key, as the reference page shows it.
 *
 * @param path the key with its sections, {@code http.port} or {@code sources[].queue.name}
 * @param expected what its value may be
 * @param shape what the value is in YAML
 * @param fallback the default as it would be written, null if there is none
 * @param example for a key that must be given: a value that could stand there; null for others
 * @param doc what it does
 */
record Setting(
    String path,
    String expected,
    Shape shape,
    @Nullable String fallback,
    @Nullable String example,
    String doc) {

  enum Shape {
    SCALAR,
    LIST,
    SECTION,
    SECTIONS
  }

  /** The environment variable that sets this key, null if none can. */
  @Nullable String variable() {
    return shape == Shape.SCALAR && path.indexOf('[') < 0 ? variableOf(path) : null;
  }

  /** The section that this key is in, empty for the outermost. */
  String section() {
    return path.substring(0, Math.max(0, path.lastIndexOf('.')));
  }

  String key() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  static String variableOf(String path) {
    return Variables.PREFIX + path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
