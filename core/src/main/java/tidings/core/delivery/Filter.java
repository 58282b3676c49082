package tidings.core.delivery;

import java.util.List;
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

    boolean matches(String source) {
      return prefix ? source.startsWith(text) : source.equals(text);
    }
  }

  public Filter {
    to = List.copyOf(to);
  }

  /** The same without addresses. */
  Filter withoutAddresses() {
    return new Filter(List.of(), types, sources, level);
  }

  /** Whether type, source and level are wanted; the addresses are not looked at. */
  boolean wants(Entry entry) {
    return entry.level().compareTo(level) >= 0
        && wantsType(entry.type())
        && wantsSource(entry.source());
  }

  private boolean wantsType(@Nullable String type) {
    String name = type == null ? "" : type;
    return (types.include().isEmpty() || types.include().stream().anyMatch(p -> p.matches(name)))
        && types.exclude().stream().noneMatch(p -> p.matches(name));
  }

  private boolean wantsSource(@Nullable String source) {
    String name = source == null ? "" : source;
    return (sources.include().isEmpty()
            || sources.include().stream().anyMatch(p -> p.matches(name)))
        && sources.exclude().stream().noneMatch(p -> p.matches(name));
  }
}
