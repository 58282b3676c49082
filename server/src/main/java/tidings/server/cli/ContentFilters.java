package tidings.server.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tidings.client.Level;
import tidings.client.StreamFilter;

/** The options that choose notifications by what they are, whomever they are for. */
class ContentFilters {
  @Option(
      names = "--type",
      arity = "1..*",
      paramLabel = "PATTERN",
      description = "Only of these types; ! excludes.")
  private List<String> type = List.of();

  @Option(
      names = "--source",
      arity = "1..*",
      paramLabel = "NAME",
      description = "Only from these sources; a trailing * matches any end, ! excludes.")
  private List<String> source = List.of();

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "The least: info, success, warning or error.")
  private @Nullable Level level;

  /** These as parameters of a request. */
  Query query() {
    return Query.NONE.andEach("type", type).andEach("source", source).and("level", level);
  }

  /** What of a stream they let pass. */
  StreamFilter of(StreamFilter stream) {
    StreamFilter filter =
        stream.type(type.toArray(String[]::new)).source(source.toArray(String[]::new));
    return level == null ? filter : filter.level(level);
  }
}
