package tidings.core.notification;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A notification before it has a position, as a publisher said it: nothing is checked here beyond
 * the types; the intake does that.
 *
 * @param to whom it is for, 1 to 1,000 addresses; one that stands twice counts once
 * @param title plain text, 1 to 300 characters without controls
 * @param body plain text, up to 8 KiB of UTF-8
 * @param type what sort of thing happened: dotted words, by the topic grammar
 * @param source who says so, for people: 1 to 100 characters
 * @param link an absolute http(s) URL or a path, up to 2,048 characters
 * @param icon as {@code link}
 * @param data anything for programs, up to 64 KiB
 * @param ref the publisher's own id for it: 1 to 128 visible ASCII characters
 * @param key 1 to 128 visible ASCII characters: replaces the older one of the same key in inboxes
 * @param expires after this it is neither replayed nor shown
 * @param time when it happened; null for when it was accepted
 * @param onlyActive whether it is for those who listen now, and never in inboxes and history
 * @param raw what the source received in the original; kept apart, never streamed
 */
public record Draft(
    List<Address> to,
    String title,
    @Nullable String body,
    @Nullable String type,
    @Nullable String source,
    Level level,
    @Nullable String link,
    @Nullable String icon,
    @Nullable JsonObject data,
    @Nullable String ref,
    @Nullable String key,
    @Nullable Instant expires,
    @Nullable Instant time,
    boolean onlyActive,
    byte @Nullable [] raw) {

  public Draft {
    to = to.size() < 2 ? List.copyOf(to) : List.copyOf(new LinkedHashSet<>(to));
  }

  /** The same with another {@code ref}. */
  public Draft withRef(String value) {
    return new Draft(
        to,
        title,
        body,
        type,
        source,
        level,
        link,
        icon,
        data,
        value,
        key,
        expires,
        time,
        onlyActive,
        raw);
  }

  /** Starts a draft with the two things that it must have. */
  public static Builder to(List<Address> to, String title) {
    return new Builder(to, title);
  }

  /** Collects a draft's fields; not thread-safe. */
  public static final class Builder {
    private final List<Address> to;
    private final String title;
    private @Nullable String body;
    private @Nullable String type;
    private @Nullable String source;
    private Level level = Level.INFO;
    private @Nullable String link;
    private @Nullable String icon;
    private @Nullable JsonObject data;
    private @Nullable String ref;
    private @Nullable String key;
    private @Nullable Instant expires;
    private @Nullable Instant time;
    private boolean onlyActive;
    private byte @Nullable [] raw;

    private Builder(List<Address> to, String title) {
      this.to = to;
      this.title = title;
    }

    public Builder body(@Nullable String value) {
      body = value;
      return this;
    }

    public Builder type(@Nullable String value) {
      type = value;
      return this;
    }

    public Builder source(@Nullable String value) {
      source = value;
      return this;
    }

    public Builder level(Level value) {
      level = value;
      return this;
    }

    public Builder link(@Nullable String value) {
      link = value;
      return this;
    }

    public Builder icon(@Nullable String value) {
      icon = value;
      return this;
    }

    public Builder data(@Nullable JsonObject value) {
      data = value;
      return this;
    }

    public Builder ref(@Nullable String value) {
      ref = value;
      return this;
    }

    public Builder key(@Nullable String value) {
      key = value;
      return this;
    }

    public Builder expires(@Nullable Instant value) {
      expires = value;
      return this;
    }

    public Builder time(@Nullable Instant value) {
      time = value;
      return this;
    }

    public Builder onlyActive(boolean value) {
      onlyActive = value;
      return this;
    }

    public Builder raw(byte @Nullable [] value) {
      raw = value;
      return this;
    }

    public Draft build() {
      return new Draft(
          to,
          title,
          body,
          type,
          source,
          level,
          link,
          icon,
          data,
          ref,
          key,
          expires,
          time,
          onlyActive,
          raw);
    }
  }
}
