package tidings.core.inbox;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.filter.Filter;
import tidings.core.log.Cursor;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.TopicPattern;

/**
 * What of an inbox is asked for.
 *
 * @param states at least one
 * @param filter whose addresses are not looked at
 * @param topics over any of a notification's topics, followed or not
 * @param words null for all
 * @param before only what is older; null for all
 * @param limit 1 to 500
 */
public record Query(
    Set<State> states,
    Filter filter,
    Filter.Choice<TopicPattern> topics,
    @Nullable Words words,
    @Nullable Cursor before,
    int limit) {

  /** Unread and read ones. */
  public static final Set<State> NOT_ARCHIVED = Set.of(State.UNREAD, State.READ);

  public Query {
    states = Set.copyOf(states);
  }

  /** The same list, but for where it begins and how much of it. */
  Query from(@Nullable Cursor newBefore, int newLimit) {
    return new Query(states, filter, topics, words, newBefore, newLimit);
  }

  boolean choosesTopics() {
    return !topics.equals(Filter.Choice.any());
  }

  boolean wantsTopicsOf(Entry entry) {
    return (topics.include().isEmpty() || any(topics.include(), entry))
        && !any(topics.exclude(), entry);
  }

  private static boolean any(Iterable<TopicPattern> patterns, Entry entry) {
    for (Address address : entry.to()) {
      if (address instanceof Address.OfTopic of) {
        for (TopicPattern pattern : patterns) {
          if (pattern.matches(of.topic())) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
