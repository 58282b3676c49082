package tidings.http.api;

import java.util.List;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.JsonWriter;

/** Writes what a caller may do (protocol/access.md). */
public final class GrantJson {
  private GrantJson() {}

  /** A grant as one JSON object. */
  public static String of(Grant grant) {
    return write(JsonWriter.object(256), grant).end();
  }

  /** Adds the members of a grant to an object. */
  public static JsonWriter write(JsonWriter json, Grant grant) {
    return json.texts("publish", texts(grant.publish()))
        .texts("subscribe", texts(grant.subscribe()))
        .bool("presence", grant.presence())
        .bool("raw", grant.raw())
        .bool("operate", grant.operate());
  }

  private static List<String> texts(List<AddressPattern> patterns) {
    return patterns.stream().map(AddressPattern::toString).toList();
  }
}
