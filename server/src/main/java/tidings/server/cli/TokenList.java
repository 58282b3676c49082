package tidings.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tidings.server.config.InvalidConfiguration;

/** Lists the API tokens. */
@Command(
    name = "list",
    description = "Lists the API tokens: name, when it was made, what it may do.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  tidings token list --config hub.yaml"})
final class TokenList implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin = new AdminOptions();

  @Override
  public Integer call() throws InvalidConfiguration, Failure {
    try (Desk desk = admin.desk()) {
      desk.list().forEach(spec.commandLine().getOut()::println);
    }
    return 0;
  }
}
