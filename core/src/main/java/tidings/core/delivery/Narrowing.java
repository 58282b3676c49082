package tidings.core.delivery;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.inbox.Preferences;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;

/**
 * Finds the addresses of a reader who names none: everyone's, their own, and of the topics that
 * they may read those that they follow, or all if they have saved no list. To narrow a pattern to
 * many others takes up to some ms, so that is done in steps. Used by one thread.
 */
final class Narrowing {
  private final List<AddressPattern> granted;
  private final List<Preferences.Follow> follows;
  private final Set<AddressPattern> found = new LinkedHashSet<>();
  private int narrowed; // how many of the follows

  /**
   * @param follows null for no list
   */
  Narrowing(Caller caller, @Nullable List<Preferences.Follow> follows) {
    this.granted = caller.grant().subscribe();
    this.follows = follows == null ? List.of() : follows;
    for (AddressPattern pattern : granted) {
      if (isOfTopics(pattern) ? follows == null : isOwn(pattern, caller.user())) {
        found.add(pattern);
      }
    }
  }

  /**
   * Narrows at least one follow, and more while there is time.
   *
   * @return whether none is left
   */
  boolean goOn(BooleanSupplier hasTime) {
    while (narrowed < follows.size()) {
      String topics = "topic:" + follows.get(narrowed++).pattern();
      found.addAll(AddressPattern.of(topics).within(granted));
      if (!hasTime.getAsBoolean()) {
        break;
      }
    }
    return narrowed == follows.size();
  }

  /** What was found so far. */
  List<AddressPattern> found() {
    return List.copyOf(found);
  }

  private static boolean isOfTopics(AddressPattern pattern) {
    return switch (pattern) {
      case AddressPattern.AnyUser any -> false;
      case AddressPattern.One one -> one.address() instanceof Address.OfTopic;
      case AddressPattern.Topics topics -> true;
    };
  }

  /** Whether a pattern that is none of topics says what any reader, or this user, gets. */
  private static boolean isOwn(AddressPattern pattern, @Nullable String user) {
    return pattern instanceof AddressPattern.One one
        && switch (one.address()) {
          case Address.Everyone everyone -> true;
          case Address.User of -> of.id().equals(user);
          case Address.OfTopic of -> false;
        };
  }
}
