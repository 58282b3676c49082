package tidings.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Prints an inbox in numbers. */
@Command(
    name = "summary",
    description = "Prints how much is unread and unseen.",
    mixinStandardHelpOptions = true)
final class InboxSummary implements Callable<Integer> {
  private static final int COUNT_MAX = 999;

  @Spec private CommandSpec spec;
  @ParentCommand private Inbox inbox;

  @Option(
      names = "--json",
      description = "As JSON: {\"unread\",\"unseen\",\"more\",\"rev\",\"cursor\"}.")
  private boolean json;

  @Override
  public Integer call() throws Failure {
    try (HubClient client = inbox.client()) {
      JsonNode summary = client.ask("GET", Inbox.PATH + "/summary", null);
      String text =
          "%s unread, %s unseen".formatted(count(summary, "unread"), count(summary, "unseen"));
      spec.commandLine().getOut().println(json ? summary.toString() : text);
      return 0;
    }
  }

  private static String count(JsonNode summary, String name) {
    int count = summary.path(name).asInt();
    return count == COUNT_MAX && summary.path("more").asBoolean()
        ? COUNT_MAX + " or more"
        : String.valueOf(count);
  }
}
