package tidings.server.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tidings.client.Level;

/** The options that choose a part of an inbox. */
final class InboxFilters {
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
      names = "--topic",
      arity = "1..*",
      paramLabel = "PATTERN",
      description = "Only with a topic like these; ! excludes.")
  private List<String> topic = List.of();

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "The least: info, success, warning or error.")
  private @Nullable Level level;

  @Option(
      names = "--search",
      paramLabel = "WORDS",
      description =
          "Only with all of these words in title or body; * at the end of one stands for any end.")
  private @Nullable String search;

  Query query() {
    return Query.NONE
        .andEach("type", type)
        .andEach("source", source)
        .andEach("topic", topic)
        .and("level", level)
        .and("q", search);
  }
}
