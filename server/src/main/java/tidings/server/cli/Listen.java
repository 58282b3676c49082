package tidings.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tidings.client.ProblemException;
import tidings.client.StreamFilter;
import tidings.client.TidingsClient;

/** Prints notifications as they come, through breaks of the line. */
@Command(
    name = "listen",
    description = "Prints notifications as they come; comes back by itself when the line breaks.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "What is about the line itself goes to standard error.",
      "",
      "With --exec, PROGRAM runs for each notification, in order and one at a time, instead of",
      "its being printed. It gets {\"cursor\",\"notification\"} on standard input, and",
      "TIDINGS_CURSOR, _ID, _TIME, _TYPE, _SOURCE, _LEVEL, _TITLE, _BODY, _LINK, _ICON,",
      "_TOPICS, _EVERYONE, _KEY, _EXPIRES and _DIRECT in its environment, if there is such a",
      "field. No shell is involved unless PROGRAM is one. When it fails, that is said, and the",
      "next notification is its next; but with --state, listening ends with code 1, FILE stays",
      "where it was, and the next start begins with the notification that failed.",
      "",
      "Examples:",
      "  tidings listen --to 'topic:shop.#' everyone --level warning",
      "  tidings listen --after earliest --json | jq .notification.title",
      "  tidings listen --count 1 --type build.failed && alarm",
      "  tidings listen --to 'topic:built.#' --state built.cursor --exec ./deploy -- --dry-run"
    })
final class Listen implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private HubOptions hub = new HubOptions();

  @Option(
      names = "--to",
      arity = "1..*",
      paramLabel = "PATTERN",
      description =
          "Addresses or patterns: everyone, user:ID, topic:PATTERN (default: what you follow and"
              + " have not muted, or all that you may see).")
  private List<String> to = List.of();

  @Mixin private ContentFilters filters = new ContentFilters();

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "Where to begin: a cursor, earliest, or latest (default).")
  private @Nullable String after;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "Keeps the cursor of what was printed or done in FILE, and begins there if FILE exists;"
              + " --after is for the first time.")
  private @Nullable Path state;

  @Option(
      names = "--presence",
      description =
          "Prints who comes and goes too; needs the grant presence. With --json also each hello,"
              + " after which it is asked anew who is there.")
  private boolean presence;

  @Option(names = "--count", paramLabel = "N", description = "Ends after so many notifications.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description =
          "Colours levels: auto (default; in a terminal, unless $NO_COLOR is set), always or"
              + " never.")
  private Colour colour = Colour.AUTO;

  @ArgGroup private @Nullable Form form;

  @Parameters(
      paramLabel = "ARG",
      description = "What PROGRAM is given; -- before those with a dash.")
  private List<String> arguments = List.of();

  /** One of the two; neither: text for people. */
  private static final class Form {
    @Option(
        names = "--json",
        description = "One JSON object a line: {\"cursor\",\"notification\"}, {\"event\",…}.")
    private boolean json;

    @Option(
        names = "--exec",
        paramLabel = "PROGRAM",
        description = "Runs PROGRAM for each notification; see below.")
    private @Nullable String program;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    Form chosen = form == null ? new Form() : form;
    if (chosen.program == null && !arguments.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "\"" + arguments.getFirst() + "\": an argument, and no --exec");
    }
    CursorFile file = state == null ? null : new CursorFile(state);
    String kept = file == null ? null : file.read();
    String begin = kept != null ? kept : after != null ? after : "latest";
    Hearer hearer = new Hearer(spec.commandLine(), use(chosen), chosen.json, presence, file, count);
    StreamFilter stream = StreamFilter.to(to.toArray(String[]::new));
    try (TidingsClient client = hub.streams()) {
      if (presence) {
        var _ = client.present(null, null); // without the grant nothing would ever come
      }
      client.subscribe(filters.of(stream), begin, hearer).ended().get();
      return 0;
    } catch (IOException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof Hearer.Over over) {
        over.rethrow();
        return 0;
      }
      boolean tokenless =
          cause instanceof ProblemException refused
              && refused.problem().status() == 401
              && !hub.hasToken();
      String said = cause == null ? "" : cause.getMessage();
      throw new Failure(said + (tokenless ? HubClient.TOKEN_HINT : ""), e);
    }
  }

  private Hearer.Use use(Form form) {
    PrintWriter out = spec.commandLine().getOut();
    if (form.program != null) {
      return new Execution(Stream.concat(Stream.of(form.program), arguments.stream()).toList());
    }
    if (form.json) {
      return (cursor, notification, line) -> out.println(line);
    }
    boolean coloured = colour.isOn(System.getenv(), Colour.inTerminal());
    Rendering rendering = Rendering.of("HH:mm:ss", ZoneId.systemDefault(), coloured);
    return (cursor, notification, line) -> out.println(rendering.text(notification));
  }
}
