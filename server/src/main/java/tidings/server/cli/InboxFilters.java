package tidings.server.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose a part of an inbox. */
final class InboxFilters extends ContentFilters {
  enum State {
    UNREAD,
    READ,
    ARCHIVED,
    ALL
  }

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "unread, read, archived or all (default: unread and read).")
  private @Nullable State state;

  @Option(
      names = "--topic",
      arity = "1..*",
      paramLabel = "PATTERN",
      description = "Only with a topic like these; ! excludes.")
  private List<String> topic = List.of();

  @Option(
      names = "--search",
      paramLabel = "WORDS",
      description =
          "Only with all of these words in title or body; * at the end of one stands for any end.")
  private @Nullable String search;

  @Override
  Query query() {
    return super.query().andEach("topic", topic).and("q", search).and("state", state);
  }
}
