package tidings.core.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;
import tidings.core.problem.Refusal;

/**
 * One stream as asked for and allowed.
 *
 * @param interest what it gets
 * @param start where it begins
 * @param caller whose it is; the stream ends with these credentials
 * @param person the caller as a user, who hears of the inbox; null for none
 * @param unaddressed if no addresses were asked for: then the user's preferences say what it gets,
 *     and {@code interest} changes with them; else null
 */
public record Subscription(
    Interest interest,
    Start start,
    Caller caller,
    @Nullable Person person,
    @Nullable Unaddressed unaddressed) {

  /**
   * What was asked for without addresses.
   *
   * @param preferences those that {@code interest} was made by
   */
  public record Unaddressed(Filter filter, Preferences preferences) {}

  /**
   * Checks what a caller asks for.
   *
   * @param person what is known of the caller as a user; null for none
   * @throws Refusal of kind {@code FORBIDDEN} if an address is wholly outside the grant
   */
  public static Subscription of(
      Caller caller, Filter filter, @Nullable Person person, Start start, Instant now) {
    Preferences preferences = person == null ? Preferences.NONE : person.preferences().at(now);
    return new Subscription(
        Interest.of(caller, filter, preferences),
        start,
        caller,
        person,
        person != null && filter.to().isEmpty() ? new Unaddressed(filter, preferences) : null);
  }
}
