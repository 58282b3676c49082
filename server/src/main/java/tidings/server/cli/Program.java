package tidings.server.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
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
    subcommands = {
      CheckConfig.class,
      CheckStore.class,
      Token.class,
      User.class,
      Publish.class,
      Listen.class,
      Inbox.class
    },
    footer = {
      "",
      "Try it:",
      "  tidings serve --dev",
      "  tidings listen",
      "  tidings publish --to everyone --title 'Hello'"
    })
public final class Program implements Callable<Integer> {
  private static final Pattern TOKEN = Pattern.compile("eyJ[\\w-]*\\.[\\w.-]+"); // a JWT

  @Spec private CommandSpec spec;

  private Program() {}

  /**
   * Runs one command.
   *
   * @param further commands beside those of this package
   * @return the exit code
   */
  public static int run(String[] args, Object... further) {
    return run(utf8(FileDescriptor.out), utf8(FileDescriptor.err), args, further);
  }

  /** Runs one command, which writes to these. */
  static int run(PrintWriter out, PrintWriter err, String[] args, Object... further) {
    CommandLine line = new CommandLine(new Program());
    for (Object command : further) {
      line.addSubcommand(command);
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAllowSubcommandsAsOptionParameters(true); // tidings inbox --state read
    line.setOut(out);
    line.setErr(err);
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
    say(command, name + ": " + said + hint + " (" + name + " --help tells more)");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command) {
    switch (e) {
      case InvalidConfiguration invalid -> {
        invalid.faults().forEach(fault -> say(command, fault));
        return CommandLine.ExitCode.USAGE;
      }
      case Failure failure ->
          say(command, command.getCommandSpec().qualifiedName() + ": " + failure.getMessage());
      default -> {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        say(command, trace.toString().strip());
      }
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Complains, and repeats no token: what people mistype ends in the logs of their builds. */
  private static void say(CommandLine command, String text) {
    command.getErr().println(TOKEN.matcher(text).replaceAll("(token)"));
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
