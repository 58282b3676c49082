package tidings.server.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Marks what is in a user's inbox. */
abstract class InboxMark implements Callable<Integer> {
  private static final int IDS_MAX = 500;

  @Spec private CommandSpec spec;
  @ParentCommand private Inbox inbox;

  @Parameters(paramLabel = "ID", arity = "0..*", description = "Which; tidings inbox shows ids.")
  private List<String> ids = List.of();

  private final String flag;
  private final boolean value;

  private InboxMark(String flag, boolean value) {
    this.flag = flag;
    this.value = value;
  }

  /** Marks these; answers 1 if some are not in the inbox, which are named. */
  @Override
  public Integer call() throws Failure {
    if (ids.isEmpty()) {
      throw misused("no ID");
    }
    int exit = 0;
    try (HubClient client = inbox.client()) {
      for (int from = 0; from < ids.size(); from += IDS_MAX) {
        List<String> some = ids.subList(from, Math.min(ids.size(), from + IDS_MAX));
        String body = JsonMapper.shared().writeValueAsString(Map.of(flag, value, "ids", some));
        for (JsonNode missing : client.ask("PATCH", Inbox.PATH, body).path("missing")) {
          String id = Plain.line(missing.asString(""));
          spec.commandLine().getErr().println("not in your inbox: " + id);
          exit = 1;
        }
      }
    }
    return exit;
  }

  ParameterException misused(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  /** Says something of all that is there now. */
  static void upToNow(HubClient client, String path) throws Failure {
    String cursor = client.ask("GET", Inbox.PATH + "/summary", null).path("cursor").asString();
    client.ask("POST", path, JsonMapper.shared().writeValueAsString(Map.of("upTo", cursor)));
  }

  /** A mark that can be made on all at once. */
  abstract static class OrAll extends InboxMark {
    private final String path;

    @Option(
        names = "--all",
        description = "All that is there now; with filters, all of it that they let pass.")
    private boolean all;

    @Mixin private InboxFilters filters = new InboxFilters();

    private OrAll(String flag, String path) {
      super(flag, true);
      this.path = Inbox.PATH + path;
    }

    @Override
    public Integer call() throws Failure {
      boolean filtered = !filters.query().pairs().isEmpty();
      if (!all) {
        if (filtered) {
          throw misused("filters are for --all");
        }
        return super.call();
      }
      if (!super.ids.isEmpty()) {
        throw misused("both --all and an ID");
      }
      try (HubClient client = super.inbox.client()) {
        upToNow(client, filters.query().of(path));
        return 0;
      }
    }
  }

  @Command(
      name = "read",
      description = "Marks notifications as read.",
      mixinStandardHelpOptions = true)
  static final class Read extends OrAll {
    Read() {
      super("read", "/read");
    }
  }

  @Command(
      name = "archive",
      description = "Puts notifications into the archive.",
      mixinStandardHelpOptions = true)
  static final class Archive extends OrAll {
    Archive() {
      super("archived", "/archive");
    }
  }

  @Command(
      name = "unread",
      description = "Marks notifications as unread.",
      mixinStandardHelpOptions = true)
  static final class Unread extends InboxMark {
    Unread() {
      super("read", false);
    }
  }

  @Command(
      name = "unarchive",
      description = "Takes notifications out of the archive.",
      mixinStandardHelpOptions = true)
  static final class Unarchive extends InboxMark {
    Unarchive() {
      super("archived", false);
    }
  }
}
