package tidings.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tidings.server.config.InvalidConfiguration;

/** Makes an API token. */
@Command(
    name = "new",
    description = "Makes an API token for a machine, and prints it once: the hub keeps a hash.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A machine may do only what is granted; it is no user. The hub may run, or not.",
      "",
      "Examples:",
      "  tidings token new ci --config hub.yaml --publish 'topic:built.#'",
      "  tidings token new ci --hub https://hub.example.org --subscribe 'topic:#'"
    })
final class TokenNew implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin = new AdminOptions();
  @Mixin private GrantOptions grants = new GrantOptions();

  @Parameters(paramLabel = "NAME", description = "1 to 64 of A–Z a–z 0–9 . _ -")
  private String name = "";

  @Override
  public Integer call() throws InvalidConfiguration, Failure {
    try (Desk desk = admin.deskOrNew()) {
      spec.commandLine().getOut().println(desk.make(name, grants.grant()));
    }
    return 0;
  }
}
