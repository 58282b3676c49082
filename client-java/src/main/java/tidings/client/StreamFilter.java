package tidings.client;

import java.util.Locale;

/**
 * What a stream carries (protocol/reading.md). Immutable: each method answers another one, and all
 * must hold.
 */
public final class StreamFilter {
  private static final StreamFilter ALL = new StreamFilter(Query.NONE);

  private final Query query;

  private StreamFilter(Query query) {
    this.query = query;
  }

  /** What concerns the user: for everyone, for them, and what they follow, if they follow any. */
  public static StreamFilter all() {
    return ALL;
  }

  /**
   * What goes to one of these addresses.
   *
   * @param addresses {@code everyone}, {@code user:ID}, {@code topic:PATTERN}, where {@code *} is
   *     one word and {@code #} any number
   */
  public static StreamFilter to(String... addresses) {
    return new StreamFilter(Query.NONE.andEach("to", addresses));
  }

  /** Of one of these types, which are patterns as of topics; {@code !} excludes. */
  public StreamFilter type(String... patterns) {
    return new StreamFilter(query.andEach("type", patterns));
  }

  /** From one of these, each exact or ending in {@code *}; {@code !} excludes. */
  public StreamFilter source(String... names) {
    return new StreamFilter(query.andEach("source", names));
  }

  /** At least as grave as this. */
  public StreamFilter level(Level lowest) {
    return new StreamFilter(query.and("level", lowest.name().toLowerCase(Locale.ROOT)));
  }

  Query query() {
    return query;
  }
}
