package tidings.http.stream;

import java.time.Instant;
import java.util.OptionalLong;
import tidings.core.delivery.ControlEvent;
import tidings.core.inbox.Summary;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.NotificationJson;

/** What control events are called and what they say, in every wire form (protocol/sse.md). */
public final class ControlJson {
  private ControlJson() {}

  static String name(ControlEvent event) {
    return switch (event) {
      case ControlEvent.Hello hello -> "hello";
      case ControlEvent.Tick tick -> "tick";
      case ControlEvent.Inbox inbox -> "inbox";
      case ControlEvent.Gap gap -> "gap";
      case ControlEvent.Presence presence -> "presence";
      case ControlEvent.PresenceMissed missed -> "presence";
      case ControlEvent.Reauth reauth -> "reauth";
    };
  }

  /** Whether where the reader stands is one of an event's fields, called {@code cursor}. */
  static boolean hasCursor(ControlEvent event) {
    return switch (event) {
      case ControlEvent.Hello _, ControlEvent.Tick _, ControlEvent.Reauth _ -> true;
      case ControlEvent.Inbox _, ControlEvent.Gap _ -> false;
      case ControlEvent.Presence _, ControlEvent.PresenceMissed _ -> false;
    };
  }

  /**
   * Writes an event's fields.
   *
   * @param now what {@code hello} gives as the hub's time
   */
  static JsonWriter write(JsonWriter json, ControlEvent event, Instant now) {
    String cursor = event.cursor().toString();
    return switch (event) {
      case ControlEvent.Hello hello ->
          json.number("heartbeatMs", hello.heartbeatMs())
              .text("now", NotificationJson.time(now))
              .texts("to", hello.to().stream().map(AddressPattern::toString).toList())
              .text("cursor", cursor)
              .text("user", hello.user());
      case ControlEvent.Tick tick -> tick(json.text("cursor", cursor), tick.rev());
      case ControlEvent.Inbox inbox -> summary(json, inbox.summary());
      case ControlEvent.Gap gap -> gap(json, gap);
      case ControlEvent.Presence presence ->
          json.text("user", presence.user()).bool("present", presence.present());
      case ControlEvent.PresenceMissed missed -> json.bool("missed", true);
      case ControlEvent.Reauth reauth -> json.text("cursor", cursor);
    };
  }

  private static JsonWriter tick(JsonWriter json, OptionalLong rev) {
    return rev.isPresent() ? json.number("rev", rev.getAsLong()) : json;
  }

  /** Writes how an inbox stands, as events and answers tell it (protocol/inbox.md). */
  public static JsonWriter summary(JsonWriter json, Summary summary) {
    return json.number("unread", summary.unread())
        .number("unseen", summary.unseen())
        .bool("more", summary.more())
        .number("rev", summary.rev())
        .text("cursor", summary.cursor().toString());
  }

  /** Writes a gap as streams and pages tell it (protocol/cursors.md). */
  public static JsonWriter gap(JsonWriter json, ControlEvent.Gap gap) {
    return json.text(
            "reason",
            switch (gap.reason()) {
              case RETENTION -> "retention";
              case EPOCH -> "epoch";
            })
        .text("from", gap.from().toString())
        .text("to", gap.cursor().toString());
  }
}
