package tidings.server.cli;

import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Lists a user's inbox; below it are the commands that change it (protocol/inbox.md). */
@Command(
    name = "inbox",
    description = "Lists what is in your inbox, the newest first.",
    mixinStandardHelpOptions = true,
    subcommands = {
      InboxSummary.class,
      InboxSeen.class,
      InboxMark.Read.class,
      InboxMark.Unread.class,
      InboxMark.Archive.class,
      InboxMark.Unarchive.class
    },
    footer = {
      "",
      "A line begins with * if it is unread, a if it is archived, then come id and time.",
      "",
      "Examples:",
      "  tidings inbox --state unread --level warning",
      "  tidings inbox --search 'order 42*' --json | jq .notification.title",
      "  tidings inbox read 01a02b03-0405-7607-8809-0a0b0c0d0e0f",
      "  tidings inbox archive --all --type push"
    })
final class Inbox implements Callable<Integer> {
  static final String PATH = "/v1/inbox";
  private static final int PAGE_MAX = 500;
  private static final Set<String> HUB = Set.of("--hub", "--token");

  @Spec private CommandSpec spec;
  @Mixin private HubOptions hub = new HubOptions();

  @Mixin private InboxFilters filters = new InboxFilters();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "At most so many (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--json",
      description = "One JSON object a line: {\"cursor\",\"state\",\"reason\",\"notification\",…}.")
  private boolean json;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description = "Colours levels: auto (default), always or never.")
  private Colour colour = Colour.AUTO;

  /**
   * The hub, for this or for a subcommand.
   *
   * @throws ParameterException for what stands before a subcommand, which would not heed it
   */
  HubClient client() {
    ParseResult parsed = spec.commandLine().getParseResult();
    for (OptionSpec option : parsed.matchedOptions()) {
      if (parsed.hasSubcommand() && !HUB.contains(option.longestName())) {
        String subcommand = parsed.subcommand().commandSpec().name();
        throw new ParameterException(
            spec.commandLine(),
            "%s before %s (expected after it)".formatted(option.longestName(), subcommand));
      }
    }
    return hub.client();
  }

  @Override
  public Integer call() throws Failure {
    if (limit < 1) {
      throw new ParameterException(
          spec.commandLine(), "--limit: " + limit + " (expected 1 or more)");
    }
    PrintWriter out = spec.commandLine().getOut();
    Rendering rendering =
        Rendering.of(
            "uuuu-MM-dd HH:mm",
            ZoneId.systemDefault(),
            colour.isOn(System.getenv(), Colour.inTerminal()));
    Query query = filters.query();
    try (HubClient client = client()) {
      String before = null;
      int left = limit;
      boolean more = true;
      while (more && left > 0 && !out.checkError()) {
        String path = query.and("before", before).and("limit", Math.min(left, PAGE_MAX)).of(PATH);
        JsonNode page = client.ask("GET", path, null);
        for (JsonNode item : page.path("items")) {
          out.println(json ? item.toString() : line(item, rendering));
          left--;
        }
        before = page.path("cursor").asString();
        more = page.path("more").asBoolean();
      }
      return 0;
    }
  }

  private static String line(JsonNode item, Rendering rendering) {
    JsonNode notification = item.path("notification");
    String mark =
        switch (item.path("state").asString("")) {
          case "unread" -> "*";
          case "archived" -> "a";
          default -> " ";
        };
    return "%s %s  %s"
        .formatted(
            mark, Plain.line(notification.path("id").asString("")), rendering.line(notification));
  }
}
