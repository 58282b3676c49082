package tidings.gates.tidings;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.JsonObject;
import tidings.core.notification.Level;

/** A notification's fields while they are read, since JSON gives them in any order. */
final class Fields {
  /** Every field, in the protocol's order. */
  static final List<String> NAMES =
      List.of(
          "to",
          "title",
          "body",
          "type",
          "source",
          "level",
          "link",
          "icon",
          "data",
          "ref",
          "key",
          "expires",
          "time",
          "onlyActive");

  @Nullable List<Address> to;
  @Nullable String title;
  @Nullable String body;
  @Nullable String type;
  @Nullable String source;
  Level level = Level.INFO;
  @Nullable String link;
  @Nullable String icon;
  @Nullable JsonObject data;
  @Nullable String ref;
  @Nullable String key;
  @Nullable Instant expires;
  @Nullable Instant time;
  boolean onlyActive;

  /** The draft of these fields, with the two that it must have. */
  Draft draft(List<Address> to, String title) {
    return Draft.to(to, title)
        .body(body)
        .type(type)
        .source(source)
        .level(level)
        .link(link)
        .icon(icon)
        .data(data)
        .ref(ref)
        .key(key)
        .expires(expires)
        .time(time)
        .onlyActive(onlyActive)
        .build();
  }
}
