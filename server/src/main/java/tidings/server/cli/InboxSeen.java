package tidings.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Says that a user has seen what there is. */
@Command(
    name = "seen",
    description = "Says that you have seen all that is there now; it stays unread.",
    mixinStandardHelpOptions = true)
final class InboxSeen implements Callable<Integer> {
  @ParentCommand private Inbox inbox;

  @Override
  public Integer call() throws Failure {
    try (HubClient client = inbox.client()) {
      InboxMark.upToNow(client, Inbox.PATH + "/seen");
      return 0;
    }
  }
}
