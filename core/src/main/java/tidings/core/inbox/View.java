package tidings.core.inbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Topic;
import tidings.core.notification.TopicPattern;

/**
 * What of the log reaches a person, and what of that is shown: as of one snapshot, the grant of one
 * request, and now (protocol/inbox.md, "What is in it"). Used by one thread, within the reading.
 */
final class View {

  /**
   * The rows of an address that reach the person.
   *
   * @param above only those after this position
   */
  record Range(Address address, long above) {}

  final Snapshot snapshot;
  final Person person;
  final Address.User user;
  final List<AddressPattern> granted;

  /** Those that have not ended. */
  final List<Mute> mutes;

  private final List<Preferences.Follow> follows;
  private final long nowMs;
  private final @Nullable SortTest unmuted; // null if no type and no source is muted

  /**
   * @param granted what may be read beside what is for everyone and for the person
   */
  View(
      Snapshot snapshot,
      Sorts sorts,
      Person person,
      List<AddressPattern> granted,
      Instant now,
      Budget budget) {
    this.snapshot = snapshot;
    this.person = person;
    this.user = new Address.User(person.user());
    this.granted = granted;
    List<Preferences.Follow> list = person.preferences().follows();
    this.follows = list == null ? List.of() : list;
    this.mutes = person.preferences().at(now).mutes();
    this.nowMs = now.toEpochMilli();
    this.unmuted =
        mutes.stream().allMatch(mute -> mute instanceof Mute.OfTopic)
            ? null
            : new SortTest(sorts, sort -> mutes.stream().noneMatch(m -> mutes(m, sort)), budget);
  }

  private static boolean mutes(Mute mute, Sorts.Sort sort) {
    return switch (mute) {
      case Mute.OfTopic of -> false;
      case Mute.OfType of -> of.pattern().matches(sort.type());
      case Mute.OfSource of -> of.pattern().matches(sort.source());
    };
  }

  /** Whether what is published to an address reaches the person, muted or not. */
  boolean isReached(Address address, long position) {
    return switch (address) {
      case Address.Everyone everyone -> true;
      case Address.User other -> other.equals(user);
      case Address.OfTopic of -> isFollowed(of.topic(), position) && isGranted(of);
    };
  }

  private boolean isFollowed(Topic topic, long position) {
    for (Preferences.Follow follow : follows) {
      if (follow.since() < position && follow.pattern().matches(topic)) {
        return true;
      }
    }
    return false;
  }

  private boolean isGranted(Address.OfTopic topic) {
    return granted.stream().anyMatch(pattern -> pattern.matches(topic));
  }

  private boolean isMuted(Address address) {
    return address instanceof Address.OfTopic of
        && mutes.stream()
            .anyMatch(m -> m instanceof Mute.OfTopic mute && mute.pattern().matches(of.topic()));
  }

  /** An entry with all rows at which it reaches the person. */
  Candidate at(long position) {
    return new Candidate(
        position, snapshot.rowsAt(position, address -> isReached(address, position)));
  }

  /** Whether what expires then has not expired. */
  boolean isLasting(long expiresMs) {
    return expiresMs > nowMs;
  }

  /** The rows by which an entry is shown; none if it is not. */
  List<Row> shown(Candidate candidate) {
    List<Row> shown = new ArrayList<>(candidate.rows().size());
    for (Row row : candidate.rows()) {
      if (row.sort() >= 0 && isLasting(row.expiresMs()) && !isMuted(row.address())) {
        shown.add(row);
      }
    }
    return shown.isEmpty()
            || unmuted == null
            || unmuted.admits(shown.getFirst().sort(), candidate.position(), snapshot)
        ? shown
        : List.of();
  }

  /** Why an entry is shown, as the protocol spells it. */
  String reason(List<Row> shown) {
    if (shown.stream().anyMatch(row -> row.address() instanceof Address.User)) {
      return "direct";
    }
    if (shown.stream().anyMatch(row -> row.address().equals(Address.EVERYONE))) {
      return "everyone";
    }
    for (Preferences.Follow follow : follows) {
      for (Row row : shown) {
        if (row.address() instanceof Address.OfTopic of
            && follow.since() < row.position()
            && follow.pattern().matches(of.topic())) {
          return "topic:" + follow.pattern();
        }
      }
    }
    throw new IllegalArgumentException("not shown");
  }

  /** When the first happened of those that an entry replaced where it is shown. */
  static OptionalLong firstMs(List<Row> shown) {
    return shown.stream().filter(row -> row.replaces() != 0).mapToLong(Row::firstMs).min();
  }

  /** Whether follows name each topic, so that none has to be found. */
  boolean isListed() {
    return follows.stream().allMatch(follow -> follow.pattern().isExact());
  }

  /** The rows of a topic that reach the person; none for a pattern, or if they are muted. */
  Optional<Range> range(TopicPattern pattern) {
    if (!pattern.isExact()) {
      return Optional.empty();
    }
    Address.OfTopic address = new Address.OfTopic(new Topic(pattern.toString()));
    return follows.stream()
        .filter(follow -> follow.pattern().matches(address.topic()))
        .map(Preferences.Follow::since)
        .min(Long::compare)
        .filter(since -> isGranted(address) && !isMuted(address))
        .map(since -> new Range(address, since));
  }

  /**
   * The rows that reach the person, but for those of muted topics.
   *
   * @param found what the follows bring in; null if each of them names a topic
   */
  List<Range> ranges(@Nullable List<Followed.Found> found) {
    List<Range> ranges = new ArrayList<>();
    ranges.add(new Range(user, 0));
    ranges.add(new Range(Address.EVERYONE, 0));
    if (found == null) {
      for (Preferences.Follow follow : follows) {
        Address.OfTopic topic = new Address.OfTopic(new Topic(follow.pattern().toString()));
        if (isGranted(topic) && !isMuted(topic)) {
          ranges.add(new Range(topic, follow.since()));
        }
      }
    } else {
      for (Followed.Found one : found) {
        long since = Long.MAX_VALUE;
        for (int pattern : one.patterns()) {
          since = Math.min(since, follows.get(pattern).since());
        }
        ranges.add(new Range(one.address(), since));
      }
    }
    return ranges;
  }

  /** What decides which topics the follows bring in. */
  Followed.Key followed() {
    List<TopicPattern> muted = new ArrayList<>();
    for (Mute mute : mutes) {
      if (mute instanceof Mute.OfTopic of) {
        muted.add(of.pattern());
      }
    }
    return new Followed.Key(
        follows.stream().map(Preferences.Follow::pattern).toList(), muted, granted);
  }
}
