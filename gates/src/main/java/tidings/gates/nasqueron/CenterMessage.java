package tidings.gates.nasqueron;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tidings.core.intake.DraftRules;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.JsonObject;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.Level;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.gates.json.JsonText;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A message of the Notifications Center. Its draft is a pure function of routing key and body, as
 * protocol/nasqueron.md has it: whatever the Center can send becomes a draft that the intake takes.
 * Every member is null where that page calls it missing. Not thread-safe.
 */
public final class CenterMessage {
  private static final int DATA_CHARS_MAX = 200;

  private @Nullable String project;
  private @Nullable String group;
  private @Nullable String service;
  private @Nullable String type;
  private @Nullable String text;
  private @Nullable String link;
  private @Nullable String rawContent;

  private CenterMessage() {}

  /**
   * Turns a message into a draft.
   *
   * @param rawContentBytesMax of a longer raw content only the size is kept
   * @throws Refusal if the body is neither empty nor a JSON object, or it is empty and the key has
   *     fewer than four words
   */
  public static Draft draft(String routingKey, byte[] body, int rawContentBytesMax) {
    CenterMessage message =
        body.length == 0 ? ofKey(routingKey) : JsonText.lenient(body, CenterMessage::ofJson);
    return message.draft(rawContentBytesMax);
  }

  private static CenterMessage ofKey(String routingKey) {
    String[] words = routingKey.split("\\.", 4);
    if (words.length < 4) {
      throw unreadable(
          "an empty body with routing key \"%s\" (expected a key of four words or more)"
              .formatted(routingKey));
    }
    CenterMessage message = new CenterMessage();
    message.project = present(words[0]);
    message.group = present(words[1]);
    message.service = present(words[2]);
    message.type = present(words[3]);
    return message;
  }

  private static CenterMessage ofJson(JsonText json) {
    JsonParser parser = json.parser();
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw unreadable("no JSON object");
    }
    CenterMessage message = new CenterMessage();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      switch (name) {
        case "project" -> message.project = member(parser);
        case "group" -> message.group = member(parser);
        case "service" -> message.service = member(parser);
        case "type" -> message.type = member(parser);
        case "text" -> message.text = notNull(member(parser));
        case "link" -> message.link = notNull(member(parser));
        case "rawContent" -> message.rawContent = rawContent(json);
        default -> parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw unreadable("more text after the end of the JSON object");
    }
    return message;
  }

  private static @Nullable String member(JsonParser parser) {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return present(parser.getString());
    }
    parser.skipChildren();
    return null;
  }

  private static @Nullable String present(String member) {
    return Mend.isBlank(member) ? null : Mend.wellFormed(member);
  }

  private static @Nullable String notNull(@Nullable String member) {
    return "null".equals(member) ? null : member;
  }

  private static @Nullable String rawContent(JsonText json) {
    String content =
        switch (json.parser().currentToken()) {
          case VALUE_NULL -> "";
          case VALUE_STRING -> json.parser().getString();
          default -> json.value();
        };
    return content.isEmpty() ? null : Mend.wellFormed(content);
  }

  private Draft draft(int rawContentBytesMax) {
    String topic = String.join(".", given(project), given(group), given(service), given(type));
    String title = Mend.line(text == null ? composed() : text);
    String cutTitle = Mend.cut(title, DraftRules.TITLE_CHARS_MAX);
    byte[] raw = rawContent == null ? new byte[0] : rawContent.getBytes(UTF_8);
    boolean kept = raw.length <= rawContentBytesMax;
    return Draft.to(List.of(Address.topic(Mend.topic(topic))), cutTitle)
        .body(text == null || cutTitle.equals(title) ? null : body(text))
        .type(Mend.topic(given(type)))
        .source(service == null ? null : Mend.cut(Mend.line(service), DraftRules.SOURCE_CHARS_MAX))
        .level(level())
        .link(link != null && DraftRules.isAllowedLink(link) ? link : null)
        .data(data(kept ? 0 : raw.length))
        .raw(kept && raw.length > 0 ? raw : null)
        .build();
  }

  private static String body(String text) {
    return Mend.cutToBytes(Mend.lines(text), DraftRules.BODY_BYTES_MAX);
  }

  private static String given(@Nullable String member) {
    return member == null ? "" : member;
  }

  private String composed() {
    StringBuilder title = new StringBuilder(given(service));
    if (type != null) {
      title.append(service == null ? "" : ": ").append(type);
    }
    if (group != null) {
      title.append(title.isEmpty() ? "" : " ").append('(').append(group).append(')');
    }
    return title.isEmpty() ? "Notification" : title.toString();
  }

  /** What Jenkins and Docker Hub say of a build, as the last word of the type. */
  private Level level() {
    String word = given(type).substring(given(type).lastIndexOf('.') + 1);
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "success" -> Level.SUCCESS;
      case "unstable", "aborted" -> Level.WARNING;
      case "failure", "buildfailure" -> Level.ERROR;
      default -> Level.INFO;
    };
  }

  private @Nullable JsonObject data(int droppedBytes) {
    StringBuilder data = new StringBuilder();
    member(data, "project", project);
    member(data, "group", group);
    if (droppedBytes > 0) {
      data.append(",\"rawContentBytes\":").append(droppedBytes);
    }
    return data.isEmpty() ? null : new JsonObject("{" + data.substring(1) + "}");
  }

  private static void member(StringBuilder data, String name, @Nullable String value) {
    if (value != null) {
      data.append(",\"").append(name).append("\":");
      JsonWriter.quote(data, Mend.cut(value, DATA_CHARS_MAX));
    }
  }

  private static Refusal unreadable(String reason) {
    return Problem.of(Problem.Kind.INVALID_REQUEST, reason).refusal();
  }
}
