package tidings.server.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Query of a URL. */
record Query(List<String> pairs) {
  static final Query NONE = new Query(List.of());

  /** The same and another one; null adds nothing, and enum constants are written small. */
  Query and(String name, @Nullable Object value) {
    return value == null ? this : andEach(name, List.of(value));
  }

  Query andEach(String name, List<?> values) {
    List<String> more = new ArrayList<>(pairs);
    for (Object value : values) {
      String text =
          value instanceof Enum<?> ? value.toString().toLowerCase(Locale.ROOT) : value.toString();
      more.add(name + "=" + URLEncoder.encode(text, StandardCharsets.UTF_8));
    }
    return new Query(List.copyOf(more));
  }

  /** A path with these. */
  String of(String path) {
    return pairs.isEmpty() ? path : path + "?" + String.join("&", pairs);
  }
}
