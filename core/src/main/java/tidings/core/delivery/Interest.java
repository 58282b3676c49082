package tidings.core.delivery;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Preferences;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * What a reader gets: what it asked for, within what it was granted. Readers with equal interests
 * are served together. Immutable.
 *
 * @param to the addresses that it gets, as far as patterns can say it
 * @param granted what it may read; checked for every entry, at delivery and at replay
 * @param filter the types, sources and level that it wants
 * @param user the reader as an address, null for anonymous readers
 * @param muted topics at which nothing reaches it
 */
public record Interest(
    List<AddressPattern> to,
    List<AddressPattern> granted,
    Filter filter,
    Address.@Nullable User user,
    List<TopicPattern> muted) {

  private static final int INDEXED_MAX = 64;

  public Interest {
    to = List.copyOf(to);
    granted = List.copyOf(granted);
    muted = List.copyOf(muted);
  }

  /**
   * What a caller gets of what it asks for. Without addresses that is everyone's, its own, and of
   * the topics that it may read those that it follows, or all if it has saved no list; and its
   * mutes count then, and only then.
   *
   * @param preferences those in force now
   * @throws Refusal of kind {@code FORBIDDEN}, or {@code UNAUTHENTICATED} for an anonymous caller,
   *     if an address is wholly outside the grant
   */
  public static Interest of(Caller caller, Filter filter, Preferences preferences) {
    List<AddressPattern> granted = caller.grant().subscribe();
    if (filter.to().isEmpty()) {
      Narrowing narrowing = new Narrowing(caller, preferences.follows());
      narrowing.goOn(() -> true);
      return unaddressed(caller, filter, narrowing.found(), preferences.mutes());
    }
    Set<AddressPattern> to = new LinkedHashSet<>();
    for (AddressPattern asked : filter.to()) {
      List<AddressPattern> narrowed = asked.within(granted);
      if (narrowed.isEmpty()) {
        throw new Problem(
                caller.isAnonymous() ? Problem.Kind.UNAUTHENTICATED : Problem.Kind.FORBIDDEN,
                "not granted to read \"" + asked + "\"",
                "to")
            .refusal();
      }
      to.addAll(narrowed);
    }
    return new Interest(
        List.copyOf(to), granted, filter.withoutAddresses(), user(caller), List.of());
  }

  private static Address.@Nullable User user(Caller caller) {
    return caller.user() == null ? null : new Address.User(caller.user());
  }

  /**
   * What a caller gets who names no addresses. What is muted by its type or source is excluded as
   * if it had been asked for so.
   *
   * @param to what a {@link Narrowing} found
   * @param mutes those in force now
   */
  static Interest unaddressed(
      Caller caller, Filter filter, List<AddressPattern> to, List<Mute> mutes) {
    List<TopicPattern> topics = new ArrayList<>();
    List<TopicPattern> types = new ArrayList<>(filter.types().exclude());
    List<Filter.SourcePattern> sources = new ArrayList<>(filter.sources().exclude());
    for (Mute mute : mutes) {
      switch (mute) {
        case Mute.OfTopic of -> topics.add(of.pattern());
        case Mute.OfType of -> types.add(of.pattern());
        case Mute.OfSource of -> sources.add(of.pattern());
      }
    }
    Filter unmuted =
        new Filter(
            List.of(),
            new Filter.Choice<>(filter.types().include(), types),
            new Filter.Choice<>(filter.sources().include(), sources),
            filter.level());
    return new Interest(to, caller.grant().subscribe(), unmuted, user(caller), topics);
  }

  /** Whether an entry is for this reader: wanted, and at one address granted and not muted. */
  public boolean admits(Entry entry) {
    if (!filter.wants(entry)) {
      return false;
    }
    for (Address address : entry.to()) {
      if (any(to, address) && isOpen(address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether an entry with this address, found under {@link #to}, is for this reader. */
  boolean admits(Entry entry, Address address) {
    return filter.wants(entry) && isOpen(address);
  }

  /** Whether an address that was found under {@link #to} reaches this reader. */
  boolean isOpen(Address address) {
    return any(granted, address) && (muted.isEmpty() || !isMuted(address));
  }

  private boolean isMuted(Address address) {
    return address instanceof Address.OfTopic of
        && muted.stream().anyMatch(pattern -> pattern.matches(of.topic()));
  }

  /** Whether the reader is addressed as a user, and reads what is. */
  public boolean isDirect(Entry entry) {
    return user != null && entry.to().contains(user) && any(to, user);
  }

  /**
   * The addresses that make up this interest, if they can be listed and are few: then it is read
   * through the address index. Null if it holds patterns, or more than 64 addresses.
   */
  @Nullable Set<Address> indexed() {
    Set<Address> addresses = new HashSet<>();
    for (AddressPattern pattern : to) {
      if (!(pattern instanceof AddressPattern.One one)) {
        return null;
      }
      addresses.add(one.address());
    }
    return addresses.size() <= INDEXED_MAX ? addresses : null;
  }

  private static boolean any(List<AddressPattern> patterns, Address address) {
    for (int i = 0; i < patterns.size(); i++) {
      if (patterns.get(i).matches(address)) {
        return true;
      }
    }
    return false;
  }
}
