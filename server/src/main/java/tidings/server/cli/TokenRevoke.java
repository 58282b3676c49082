package tidings.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tidings.server.config.InvalidConfiguration;

/** Takes an API token back. */
@Command(
    name = "revoke",
    description = "Takes an API token back: it is refused at once, and its streams end.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  tidings token revoke ci --config hub.yaml"})
final class TokenRevoke implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin = new AdminOptions();

  @Parameters(paramLabel = "NAME", description = "Its name.")
  private String name = "";

  @Override
  public Integer call() throws InvalidConfiguration, Failure {
    try (Desk desk = admin.desk()) {
      desk.revoke(name);
    }
    spec.commandLine().getErr().println("revoked " + name);
    return 0;
  }
}
