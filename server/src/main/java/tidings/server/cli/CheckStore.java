package tidings.server.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tidings.server.config.InvalidConfiguration;
import tidings.store.StoreUnusable;
import tidings.store.sqlite.StoreCheck;

/** Looks for damage in the database of a hub that is stopped. */
@Command(
    name = "check-store",
    description = "Checks all of a stopped hub's database for damage, and changes nothing in it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exits with 0 if there is no damage, with 1 if there is or if it can't be checked.",
      "",
      "Examples:",
      "  tidings check-store --config hub.yaml",
      "  tidings check-store --data /var/lib/tidings"
    })
final class CheckStore implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StoreOptions store = new StoreOptions();

  @Override
  public Integer call() throws InvalidConfiguration, Failure {
    Path file = store.load().sqlite();
    PrintWriter err = spec.commandLine().getErr();
    StoreCheck.Result result;
    try {
      result = StoreCheck.run(file, part -> err.println("checking " + file + ": " + part));
    } catch (StoreUnusable e) {
      throw new Failure(e.getMessage(), e);
    }
    if (!result.damage().isEmpty()) {
      result.damage().forEach(err::println);
      throw new Failure("%s is damaged; restore it from a backup".formatted(file));
    }
    spec.commandLine()
        .getOut()
        .println(
            "no damage found in %s (%d notifications)".formatted(file, result.notifications()));
    return 0;
  }
}
