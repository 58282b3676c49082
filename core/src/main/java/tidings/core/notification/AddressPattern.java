package tidings.core.notification;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * A set of addresses, in grants and filters: {@code everyone}, {@code user:ID}, {@code user:*} or
 * {@code topic:PATTERN}.
 */
public sealed interface AddressPattern {

  boolean matches(Address address);

  /** Whether every address of another pattern is one of this. */
  default boolean covers(AddressPattern other) {
    return switch (other) {
      case One one -> matches(one.address());
      case AnyUser any -> this instanceof AnyUser;
      case Topics theirs -> this instanceof Topics mine && mine.pattern().covers(theirs.pattern());
    };
  }

  /**
   * The part of this pattern that lies within some granted ones, as far as patterns can say it:
   * this pattern if one of them covers it; else those inside it, and this pattern itself if one
   * overlaps it in part. Empty if none does.
   */
  default List<AddressPattern> within(List<AddressPattern> granted) {
    if (granted.stream().anyMatch(grant -> grant.covers(this))) {
      return List.of(this);
    }
    Set<AddressPattern> parts = new LinkedHashSet<>();
    for (AddressPattern grant : granted) {
      if (covers(grant)) {
        parts.add(grant);
      } else if (this instanceof Topics mine
          && grant instanceof Topics theirs
          && mine.pattern().overlaps(theirs.pattern())) {
        parts.add(this);
      }
    }
    return List.copyOf(parts);
  }

  /** Exactly one address, without a wildcard. */
  record One(Address address) implements AddressPattern {
    @Override
    public boolean matches(Address other) {
      return address.equals(other);
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  /** Every user. */
  record AnyUser() implements AddressPattern {
    @Override
    public boolean matches(Address address) {
      return address instanceof Address.User;
    }

    @Override
    public String toString() {
      return "user:*";
    }
  }

  /** The topics of a pattern with wildcards. */
  record Topics(TopicPattern pattern) implements AddressPattern {
    @Override
    public boolean matches(Address address) {
      return address instanceof Address.OfTopic of && pattern.matches(of.topic());
    }

    @Override
    public String toString() {
      return "topic:" + pattern;
    }
  }

  /**
   * Reads a pattern from its text form.
   *
   * @throws Refusal naming what is wrong with it
   */
  static AddressPattern of(String text) {
    if (text.equals("user:*")) {
      return new AnyUser();
    }
    if (text.startsWith("topic:")) {
      TopicPattern pattern = TopicPattern.of(text.substring("topic:".length()));
      return pattern.isExact() ? new One(Address.topic(pattern.toString())) : new Topics(pattern);
    }
    if (text.equals("everyone") || text.startsWith("user:")) {
      return new One(Address.of(text));
    }
    throw new Problem(
            Problem.Kind.INVALID_REQUEST,
            "address pattern \"%s\" (expected everyone, user:ID, user:* or topic:PATTERN)"
                .formatted(text),
            "to")
        .refusal();
  }
}
