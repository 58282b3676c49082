package tidings.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands about a user of the hub. */
@Command(
    name = "user",
    description = "What concerns one user of the hub.",
    mixinStandardHelpOptions = true,
    subcommands = UserErase.class)
final class User implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
