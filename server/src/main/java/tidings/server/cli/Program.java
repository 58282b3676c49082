package tidings.server.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import tidings.server.config.InvalidConfiguration;

/** The program's command line as a whole. */
@Command(
    name = "tidings",
    description = "A self-hosted notification hub.",
    mixinStandardHelpOptions = true,
    versionProvider = Program.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CheckConfig.class, CheckStore.class, Token.class, Publish.class, Listen.class},
    footer = {
      "",
      "Try it:",
      "  tidings serve --dev",
      "  tidings listen",
      "  tidings publish --to everyone --title 'Hello'"
    })
public final class Program implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private Program() {}

  /**
   * Runs one command.
   *
   * @param further commands beside those of this package
   * @return the exit code
   */
  public static int run(String[] args, Object... further) {
    CommandLine line = new CommandLine(new Program());
    for (Object command : further) {
      line.addSubcommand(command);
    }
    line.setOut(utf8(FileDescriptor.out));
    line.setErr(utf8(FileDescriptor.err));
    line.setParameterExceptionHandler((refused, arguments) -> misused(refused));
    line.setExecutionExceptionHandler((e, command, result) -> failed(e, command));
    return line.execute(args);
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** JSON is UTF-8, whatever the locale. */
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  private static int misused(ParameterException refused) {
    CommandLine command = refused.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String said = String.valueOf(refused.getMessage()).lines().findFirst().orElse("");
    List<String> similar =
        refused instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    String hint = similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
    command.getErr().println(name + ": " + said + hint + " (" + name + " --help tells more)");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    switch (e) {
      case InvalidConfiguration invalid -> {
        invalid.faults().forEach(err::println);
        return CommandLine.ExitCode.USAGE;
      }
      case Failure failure ->
          err.println(command.getCommandSpec().qualifiedName() + ": " + failure.getMessage());
      default -> e.printStackTrace(err);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Reads the version from the program's jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      @Nullable String version = Program.class.getPackage().getImplementationVersion();
      return new String[] {
        "tidings %s (Java %s)"
            .formatted(version == null ? "from classes" : version, Runtime.version())
      };
    }
  }
}
