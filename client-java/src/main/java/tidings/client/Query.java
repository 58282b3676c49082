package tidings.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parameters of a URL. Immutable. */
record Query(List<String> parameters) {
  static final Query NONE = new Query(List.of());

  /** The same and another one; null adds nothing. */
  Query and(String name, @Nullable Object value) {
    if (value == null) {
      return this;
    }
    List<String> more = new ArrayList<>(parameters);
    more.add(name + "=" + encoded(value.toString()));
    return new Query(List.copyOf(more));
  }

  Query andEach(String name, String... values) {
    Query all = this;
    for (String value : values) {
      all = all.and(name, value);
    }
    return all;
  }

  static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** A path with these. */
  String of(String path) {
    return parameters.isEmpty() ? path : path + "?" + String.join("&", parameters);
  }
}
