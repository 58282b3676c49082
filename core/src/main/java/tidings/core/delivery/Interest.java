package tidings.core.delivery;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
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
 */
public record Interest(
    List<AddressPattern> to,
    List<AddressPattern> granted,
    Filter filter,
    Address.@Nullable User user) {

  private static final int INDEXED_MAX = 64;

  public Interest {
    to = List.copyOf(to);
    granted = List.copyOf(granted);
  }

  /**
   * What a caller gets of what it asks for. Without addresses that is everyone's, its own, and all
   * topics that it may read.
   *
   * @throws Refusal of kind {@code FORBIDDEN}, or {@code UNAUTHENTICATED} for an anonymous caller,
   *     if an address is wholly outside the grant
   */
  public static Interest of(Caller caller, Filter filter) {
    Address.User user = caller.user() == null ? null : new Address.User(caller.user());
    List<AddressPattern> granted = caller.grant().subscribe();
    List<AddressPattern> to = new ArrayList<>();
    if (filter.to().isEmpty()) {
      for (AddressPattern pattern : granted) {
        if (isDefault(pattern, user) && !to.contains(pattern)) {
          to.add(pattern);
        }
      }
    }
    for (AddressPattern asked : filter.to()) {
      List<AddressPattern> narrowed = asked.within(granted);
      if (narrowed.isEmpty()) {
        throw new Problem(
                caller.isAnonymous() ? Problem.Kind.UNAUTHENTICATED : Problem.Kind.FORBIDDEN,
                "not granted to read \"" + asked + "\"",
                "to")
            .refusal();
      }
      narrowed.stream().filter(pattern -> !to.contains(pattern)).forEach(to::add);
    }
    return new Interest(to, granted, filter.withoutAddresses(), user);
  }

  private static boolean isDefault(AddressPattern pattern, Address.@Nullable User user) {
    return switch (pattern) {
      case AddressPattern.AnyUser any -> false;
      case AddressPattern.One one ->
          !(one.address() instanceof Address.User) || one.address().equals(user);
      case AddressPattern.Topics topics -> true;
    };
  }

  /** Whether an entry is for this reader: wanted, and granted at one of its addresses. */
  public boolean admits(Entry entry) {
    if (!filter.wants(entry)) {
      return false;
    }
    for (Address address : entry.to()) {
      if (any(to, address) && any(granted, address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether an entry with this address, found under {@link #to}, is for this reader. */
  boolean admits(Entry entry, Address address) {
    return filter.wants(entry) && any(granted, address);
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
