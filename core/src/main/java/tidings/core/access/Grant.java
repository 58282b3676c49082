package tidings.core.access;

import java.util.ArrayList;
import java.util.List;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.TopicPattern;

/**
 * What a caller may do, as patterns over addresses.
 *
 * @param publish addresses that may be published to
 * @param subscribe addresses that may be read, beside those that every user may read
 * @param presence whether it may see who listens
 * @param raw whether it may read what a source received in the original
 * @param operate whether it may administer the hub
 */
public record Grant(
    List<AddressPattern> publish,
    List<AddressPattern> subscribe,
    boolean presence,
    boolean raw,
    boolean operate) {

  public static final Grant NOTHING = new Grant(List.of(), List.of(), false, false, false);

  /** Everything; for the dev mode and for the hub's own sources. */
  public static final Grant ALL = new Grant(every(), every(), true, true, true);

  public Grant {
    publish = List.copyOf(publish);
    subscribe = List.copyOf(subscribe);
  }

  /** This, and what more may be read. */
  public Grant andRead(List<AddressPattern> more) {
    List<AddressPattern> all = new ArrayList<>(subscribe);
    all.addAll(more);
    return new Grant(publish, all, presence, raw, operate);
  }

  public boolean mayPublish(Address address) {
    return any(publish, address);
  }

  public boolean mayRead(Address address) {
    return any(subscribe, address);
  }

  private static boolean any(List<AddressPattern> patterns, Address address) {
    for (AddressPattern pattern : patterns) {
      if (pattern.matches(address)) {
        return true;
      }
    }
    return false;
  }

  private static List<AddressPattern> every() {
    return List.of(
        new AddressPattern.One(Address.EVERYONE),
        new AddressPattern.AnyUser(),
        new AddressPattern.Topics(TopicPattern.ALL));
  }
}
