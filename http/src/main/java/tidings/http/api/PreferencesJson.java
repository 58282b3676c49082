package tidings.http.api;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.core.filter.Filter.SourcePattern;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;
import tidings.core.inbox.QuietHours;
import tidings.core.log.Epochs;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.NotificationJson;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Refusal;

/** Preferences as JSON (protocol/preferences.md). */
final class PreferencesJson {
  private static final Set<String> MUTED = Set.of("topic", "type", "source");

  private PreferencesJson() {}

  /**
   * Reads what a user wants.
   *
   * @throws Refusal naming the field
   */
  static Preferences read(Fields fields) {
    List<Fields> follows = fields.objects("follows", Set.of("topic", "since"));
    List<Fields> mutes = fields.objects("mutes", Set.of("topic", "type", "source", "until"));
    Fields quiet = fields.object("quiet", Set.of("from", "to", "zone"));
    return new Preferences(
        follows == null ? null : follows.stream().map(PreferencesJson::follow).toList(),
        mutes == null ? List.of() : mutes.stream().map(PreferencesJson::mute).toList(),
        quiet == null
            ? null
            : new QuietHours(
                required(quiet, "from"), required(quiet, "to"), required(quiet, "zone")));
  }

  private static Preferences.Follow follow(Fields follow) {
    String topic = required(follow, "topic");
    follow.text("since"); // says nothing
    return new Preferences.Follow(named(follow, "topic", () -> TopicPattern.of(topic)), 0);
  }

  private static Mute mute(Fields mute) {
    List<String> named = MUTED.stream().filter(name -> mute.text(name) != null).toList();
    if (named.size() != 1) {
      throw Fields.invalid(
          mute.path("topic"), "expected it, type or source, and not several of them");
    }
    String name = named.getFirst();
    String text = required(mute, name);
    Instant until = mute.time("until");
    return named(
        mute,
        name,
        () ->
            switch (name) {
              case "topic" -> new Mute.OfTopic(TopicPattern.of(text), until);
              case "type" -> new Mute.OfType(TopicPattern.of(text), until);
              default -> new Mute.OfSource(SourcePattern.of(text), until);
            });
  }

  private static String required(Fields fields, String name) {
    String text = fields.text(name);
    if (text == null) {
      throw Fields.invalid(fields.path(name), "missing");
    }
    return text;
  }

  /** Names the field in whatever is refused. */
  private static <T> T named(Fields fields, String name, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (Refusal e) {
      throw Fields.invalid(fields.path(name), e.problem().detail());
    }
  }

  /** What is told of a person's preferences. */
  static byte[] write(Person person, Instant now, Epochs epochs) {
    Preferences preferences = person.preferences().at(now);
    JsonWriter json = JsonWriter.object(256);
    if (preferences.follows() != null) {
      json.json(
          "follows",
          list(
              preferences.follows().stream()
                  .map(follow ->
                      JsonWriter.object(64)
                          .text("topic", follow.pattern().toString())
                          .text("since", epochs.cursor(follow.since()).toString())
                          .end())));
    }
    json.json("mutes", list(preferences.mutes().stream().map(PreferencesJson::json)));
    QuietHours quiet = preferences.quiet();
    if (quiet != null) {
      json.json(
          "quiet",
          JsonWriter.object(64)
              .text("from", quiet.from())
              .text("to", quiet.to())
              .text("zone", quiet.zone())
              .end());
    }
    return json.number("rev", person.preferencesRev()).bytes();
  }

  private static String json(Mute mute) {
    JsonWriter json = JsonWriter.object(64);
    switch (mute) {
      case Mute.OfTopic of -> json.text("topic", of.pattern().toString());
      case Mute.OfType of -> json.text("type", of.pattern().toString());
      case Mute.OfSource of -> json.text("source", of.pattern().toString());
    }
    return json.text("until", time(mute.until())).end();
  }

  private static @Nullable String time(@Nullable Instant until) {
    return until == null ? null : NotificationJson.time(until);
  }

  private static String list(Stream<String> items) {
    return items.collect(Collectors.joining(",", "[", "]"));
  }
}
