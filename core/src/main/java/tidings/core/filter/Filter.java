package tidings.core.filter;

import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Level;
import tidings.core.notification.TopicPattern;

/**
 * What a reader asked for.
 *
 * @param to addresses; empty for all that may be read
 * @param types patterns over the type
 * @param sources names of sources
 * @param level the lowest level
 */
public record Filter(
    List<AddressPattern> to,
    Choice<TopicPattern> types,
    Choice<SourcePattern> sources,
    Level level) {

  public static final Filter NONE = new Filter(List.of(), Choice.any(), Choice.any(), Level.INFO);

  /**
   * Patterns to keep and patterns to leave out.
   *
   * @param include empty to keep all
   */
  public record Choice<P>(List<P> include, List<P> exclude) {
    public Choice {
      include = List.copyOf(include);
      exclude = List.copyOf(exclude);
    }

    public static <P> Choice<P> any() {
      return new Choice<>(List.of(), List.of());
    }

    private boolean admits(String name, BiPredicate<P, String> matches) {
      return (include.isEmpty() || include.stream().anyMatch(p -> matches.test(p, name)))
          && exclude.stream().noneMatch(p -> matches.test(p, name));
    }
  }

  /**
   * An exact name of a source, or the beginning of one.
   *
   * @param text without the trailing {@code *}
   * @param prefix whether there was one
   */
  public record SourcePattern(String text, boolean prefix) {
    public static SourcePattern of(String text) {
      return text.endsWith("*")
          ? new SourcePattern(text.substring(0, text.length() - 1), true)
          : new SourcePattern(text, false);
    }

    public boolean matches(String source) {
      return prefix ? source.startsWith(text) : source.equals(text);
    }

    /** As it was written. */
    @Override
    public String toString() {
      return prefix ? text + "*" : text;
    }
  }

  public Filter {
    to = List.copyOf(to);
  }

  /** The same with other addresses. */
  public Filter withAddresses(List<AddressPattern> other) {
    return new Filter(other, types, sources, level);
  }

  /** The same without addresses. */
  public Filter withoutAddresses() {
    return to.isEmpty() ? this : withAddresses(List.of());
  }

  /** Whether type, source and level are wanted; the addresses are not looked at. */
  public boolean wants(Entry entry) {
    return wants(entry.type(), entry.source(), entry.level());
  }

  /** Whether a type, a source and a level are wanted; a missing type or source is an empty one. */
  public boolean wants(@Nullable String type, @Nullable String source, Level found) {
    return found.compareTo(level) >= 0
        && types.admits(type == null ? "" : type, TopicPattern::matches)
        && sources.admits(source == null ? "" : source, SourcePattern::matches);
  }
}
