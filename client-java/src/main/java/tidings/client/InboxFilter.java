package tidings.client;

import java.util.Locale;

/**
 * A part of an inbox (protocol/inbox.md). Immutable: each method answers another one, and all must
 * hold.
 */
public final class InboxFilter {
  private static final InboxFilter NONE = new InboxFilter(Query.NONE);

  private final Query query;

  private InboxFilter(Query query) {
    this.query = query;
  }

  /** Unread and read ones. */
  public static InboxFilter none() {
    return NONE;
  }

  /** In this state alone. */
  public InboxFilter state(InboxItem.State state) {
    return state(state.name());
  }

  /** In any state, archived ones too. */
  public InboxFilter anyState() {
    return state("all");
  }

  /** Of one of these types, which are patterns as of topics; {@code !} excludes. */
  public InboxFilter type(String... patterns) {
    return new InboxFilter(query.andEach("type", patterns));
  }

  /** From one of these, each exact or ending in {@code *}; {@code !} excludes. */
  public InboxFilter source(String... names) {
    return new InboxFilter(query.andEach("source", names));
  }

  /** With a topic that matches one of these; {@code !} excludes. */
  public InboxFilter topic(String... patterns) {
    return new InboxFilter(query.andEach("topic", patterns));
  }

  /** At least as grave as this. */
  public InboxFilter level(Level lowest) {
    return new InboxFilter(query.and("level", lowest.name().toLowerCase(Locale.ROOT)));
  }

  /**
   * With all of these words in title or body; {@code *} at the end of one lets it be a beginning.
   */
  public InboxFilter text(String words) {
    return new InboxFilter(query.and("q", words));
  }

  private InboxFilter state(String name) {
    return new InboxFilter(query.and("state", name.toLowerCase(Locale.ROOT)));
  }

  Query query() {
    return query;
  }
}
