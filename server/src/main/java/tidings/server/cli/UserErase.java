package tidings.server.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tidings.core.notification.Address;
import tidings.server.config.InvalidConfiguration;

/** Erases a person (protocol/presence.md). */
@Command(
    name = "erase",
    description = {
      "Erases a person: what they read, archived, follow and mute, and every notification that was"
          + " for them alone.",
      "Their tokens are others' to end; what they published stays. It takes a moment for each"
          + " thousand notifications, and goes on if it is interrupted."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  tidings user erase alice --config hub.yaml"})
final class UserErase implements Callable<Integer> {
  private static final Duration ANSWER_MAX = Duration.ofHours(1);

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions admin = new AdminOptions();

  @Parameters(paramLabel = "ID", description = "The user's id: the sub of their tokens.")
  private String id = "";

  @Override
  public Integer call() throws InvalidConfiguration, Failure {
    if (!Address.User.isId(id)) {
      throw new ParameterException(
          spec.commandLine(),
          "\"%s\" (expected a user's id: 1 to 128 bytes without spaces)".formatted(id));
    }
    try (Desk desk = admin.desk(ANSWER_MAX)) {
      desk.erase(id);
    }
    spec.commandLine().getErr().println("erased " + id);
    return 0;
  }
}
