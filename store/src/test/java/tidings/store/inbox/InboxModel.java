package tidings.store.inbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Preferences;
import tidings.core.inbox.Query;
import tidings.core.inbox.State;
import tidings.core.inbox.Words;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.TopicPattern;

/**
 * What inboxes must be, in plain collections and naive loops: every entry is looked at, and a mark
 * rewrites a flag of each.
 */
final class InboxModel {

  /** An entry as it was published. */
  static final class Published {
    final long position;
    final NewEntry entry;
    final Set<Address> to;
    final Set<Address> replacedAt = new HashSet<>();
    final Map<Address, Long> firstMs = new HashMap<>();
    boolean gone; // withdrawn or erased
    private @Nullable Texts texts;

    Published(long position, NewEntry entry) {
      this.position = position;
      this.entry = entry;
      this.to = new LinkedHashSet<>(entry.to());
    }

    private Texts texts() {
      Texts known = texts;
      if (known == null) {
        known = new Texts(entry.json());
        texts = known;
      }
      return known;
    }
  }

  /** What a page is to hold. */
  record Expected(long position, State state, String reason, OptionalLong firstMs) {}

  /** One user. */
  static final class User {
    final String name;
    final Address.User address;
    private final Map<Long, Boolean> read = new HashMap<>();
    private final Map<Long, Boolean> archived = new HashMap<>();
    private final Set<Long> byItself = new HashSet<>();
    private long begin;
    private final Map<Mark.Kind, Long> marks = new HashMap<>();
    Preferences preferences = Preferences.NONE;
    long preferencesRev;
    long rev;

    User(String name, long begin) {
      this.name = name;
      this.address = new Address.User(name);
      this.begin = begin;
    }

    private long mark(Mark.Kind kind) {
      return marks.getOrDefault(kind, 0L);
    }
  }

  private record Chain(String publisher, String key, Address address) {}

  private record Newest(long position, long firstMs) {}

  final List<Published> all = new ArrayList<>();
  final Map<String, User> users = new LinkedHashMap<>();
  private final Map<Chain, Newest> chains = new HashMap<>();
  long lowWater = 1;
  long end;

  /** A user, who begins now if they are new. */
  User user(String name) {
    return users.computeIfAbsent(name, n -> new User(n, end));
  }

  void publish(long position, NewEntry entry) {
    Published published = new Published(position, entry);
    if (entry.key() != null && !entry.onlyActive()) {
      for (Address address : entry.to()) {
        for (Published old : all) {
          if (entry.key().equals(old.entry.key())
              && !old.entry.onlyActive()
              && entry.publisher().equals(old.entry.publisher())
              && old.to.contains(address)) {
            old.replacedAt.add(address);
          }
        }
        Chain chain = new Chain(entry.publisher().name(), entry.key(), address);
        Newest before = chains.get(chain);
        if (before != null) {
          published.firstMs.put(address, before.firstMs());
        }
        long firstMs = before == null ? entry.happenedMs() : before.firstMs();
        chains.put(chain, new Newest(position, firstMs));
      }
    }
    all.add(published);
    end = position;
  }

  void purge(long newLowWater) {
    lowWater = newLowWater;
    all.removeIf(published -> published.position < lowWater);
    chains.values().removeIf(newest -> newest.position() < lowWater);
  }

  /** Forgets a user, and what was for them alone. */
  void erase(String name) {
    users.remove(name);
    Address.User address = new Address.User(name);
    for (Published published : all) {
      published.gone |= published.to.remove(address) && published.to.isEmpty();
    }
    chains.keySet().removeIf(chain -> chain.address().equals(address));
  }

  /** What can be marked by its id: kept, and for the user. */
  @Nullable Published find(User user, List<AddressPattern> granted, UUID id) {
    for (Published published : all) {
      if (published.entry.id().equals(id)) {
        return published.gone
                || published.entry.onlyActive()
                || reaching(user, granted, published).isEmpty()
            ? null
            : published;
      }
    }
    return null;
  }

  private static List<Address> reaching(
      User user, List<AddressPattern> granted, Published published) {
    List<Address> reaching = new ArrayList<>();
    for (Address address : published.to) {
      boolean reaches =
          switch (address) {
            case Address.Everyone everyone -> true;
            case Address.User other -> other.equals(user.address);
            case Address.OfTopic topic ->
                follow(user, published.position, List.of(topic)) != null
                    && isGranted(granted, topic);
          };
      if (reaches) {
        reaching.add(address);
      }
    }
    return reaching;
  }

  private static boolean isGranted(List<AddressPattern> granted, Address.OfTopic topic) {
    for (AddressPattern pattern : granted) {
      if (pattern.matches(topic)) {
        return true;
      }
    }
    return false;
  }

  /** The first pattern of the list that brings one of these topics in. */
  private static @Nullable TopicPattern follow(User user, long position, List<Address> addresses) {
    List<Preferences.Follow> follows = user.preferences.follows();
    if (follows != null) {
      for (Preferences.Follow follow : follows) {
        for (Address address : addresses) {
          if (address instanceof Address.OfTopic of
              && position > follow.since()
              && follow.pattern().matches(of.topic())) {
            return follow.pattern();
          }
        }
      }
    }
    return null;
  }

  private boolean isRead(User user, Published published) {
    return isRead(user, published.position, published.to.contains(user.address));
  }

  private static boolean isRead(User user, long position, boolean direct) {
    return user.read.getOrDefault(position, position <= user.begin && !direct);
  }

  private static boolean isArchived(User user, long position) {
    return user.archived.getOrDefault(position, false);
  }

  private State state(User user, Published published) {
    if (isArchived(user, published.position)) {
      return State.ARCHIVED;
    }
    return isRead(user, published) ? State.READ : State.UNREAD;
  }

  /** What a list shows, the newest first. */
  List<Expected> list(User user, List<AddressPattern> granted, Instant now, Query query) {
    List<Expected> list = new ArrayList<>();
    for (Published published : all.reversed()) {
      if (query.states().contains(state(user, published)) && wanted(query, published)) {
        Expected expected = expected(user, granted, now, published);
        if (expected != null) {
          list.add(expected);
        }
      }
    }
    return list;
  }

  private @Nullable Expected expected(
      User user, List<AddressPattern> granted, Instant now, Published published) {
    NewEntry entry = published.entry;
    if (published.gone || entry.onlyActive() || entry.expiresMs() <= now.toEpochMilli()) {
      return null;
    }
    List<Address> shown = reaching(user, granted, published);
    shown.removeAll(published.replacedAt);
    for (Mute mute : user.preferences.mutes()) {
      if (mute.until() == null || mute.until().isAfter(now)) {
        switch (mute) {
          case Mute.OfTopic of ->
              shown.removeIf(
                  a -> a instanceof Address.OfTopic t && of.pattern().matches(t.topic()));
          case Mute.OfType of -> {
            if (of.pattern().matches(entry.type() == null ? "" : entry.type())) {
              return null;
            }
          }
          case Mute.OfSource of -> {
            if (of.pattern().matches(entry.source() == null ? "" : entry.source())) {
              return null;
            }
          }
        }
      }
    }
    if (shown.isEmpty()) {
      return null;
    }
    String reason =
        shown.contains(user.address)
            ? "direct"
            : shown.contains(Address.EVERYONE)
                ? "everyone"
                : "topic:" + follow(user, published.position, shown);
    OptionalLong firstMs =
        published.firstMs.isEmpty()
            ? OptionalLong.empty()
            : published.firstMs.entrySet().stream()
                .filter(first -> shown.contains(first.getKey()))
                .mapToLong(Map.Entry::getValue)
                .min();
    return new Expected(published.position, state(user, published), reason, firstMs);
  }

  private static boolean wanted(Query query, Published published) {
    NewEntry entry = published.entry;
    Words words = query.words();
    return query.filter().wants(entry.type(), entry.source(), entry.level())
        && (query.topics().include().isEmpty() || any(query.topics().include(), published))
        && !any(query.topics().exclude(), published)
        && (words == null || published.texts().have(words));
  }

  private static boolean any(List<TopicPattern> patterns, Published published) {
    return published.to.stream()
        .anyMatch(to ->
            to instanceof Address.OfTopic of
                && patterns.stream().anyMatch(pattern -> pattern.matches(of.topic())));
  }

  /** How many of the unread are unseen. */
  long unseen(User user, List<Expected> unread) {
    return unread.stream()
        .filter(one -> one.position() > user.mark(Mark.Kind.SEEN))
        .filter(one -> !user.byItself.contains(one.position()))
        .count();
  }

  /** Marks entries by themselves, as one request. */
  void touch(
      User user, List<Published> entries, @Nullable Boolean read, @Nullable Boolean archived) {
    boolean changed = false;
    for (Published published : entries) {
      long position = published.position;
      if (read != null && read != isRead(user, published)) {
        user.read.put(position, read);
        user.byItself.add(position);
        changed = true;
      }
      if (archived != null && archived != isArchived(user, position)) {
        user.archived.put(position, archived);
        user.byItself.add(position);
        changed = true;
      }
    }
    user.rev += changed ? 1 : 0;
  }

  /** Marks all up to a position. */
  void markAll(User user, Mark.Kind kind, long upTo) {
    long mark = user.mark(kind);
    LongPredicate marked =
        switch (kind) {
          case SEEN -> position -> true;
          case READ -> position -> isRead(user, position, true);
          case ARCHIVED -> position -> isArchived(user, position);
        };
    boolean changed = upTo > mark;
    for (long position = 1; position <= Math.min(upTo, mark); position++) {
      changed |= !marked.test(position);
    }
    for (long position = 1; position <= upTo; position++) {
      if (kind != Mark.Kind.SEEN) {
        (kind == Mark.Kind.READ ? user.read : user.archived).put(position, true);
      }
    }
    user.marks.merge(kind, upTo, Math::max);
    user.marks.merge(Mark.Kind.SEEN, upTo, Math::max);
    user.rev += changed ? 1 : 0;
  }

  /** Saves preferences. */
  void save(User user, Preferences wanted, Instant now) {
    List<Preferences.Follow> before =
        user.preferences.follows() == null ? List.of() : user.preferences.follows();
    List<Preferences.Follow> follows = null;
    if (wanted.follows() != null) {
      follows = new ArrayList<>();
      for (Preferences.Follow follow : wanted.follows()) {
        long since = end;
        for (Preferences.Follow old : before) {
          if (old.pattern().covers(follow.pattern())) {
            since = Math.min(since, old.since());
          }
        }
        for (Preferences.Follow old : before) {
          since = old.pattern().equals(follow.pattern()) ? old.since() : since;
        }
        follows.add(new Preferences.Follow(follow.pattern(), since));
      }
    }
    Preferences saved = new Preferences(follows, wanted.mutes(), wanted.quiet()).at(now);
    if (!saved.equals(user.preferences.at(now))) {
      user.preferences = saved;
      user.rev++;
      user.preferencesRev = user.rev;
    }
  }

  /** Those that a list shows up to a position, as entries. */
  List<Published> published(List<Expected> expected, long upTo) {
    Set<Long> positions = new HashSet<>();
    expected.forEach(one -> positions.add(one.position()));
    return all.stream().filter(p -> p.position <= upTo && positions.contains(p.position)).toList();
  }
}
