package tidings.server.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tidings.server.cli.EventReader.Event;
import tools.jackson.databind.JsonNode;

/** Prints notifications as they come, through breaks of the line. */
@Command(
    name = "listen",
    description = "Prints notifications as they come; comes back by itself when the line breaks.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "What is about the line itself goes to standard error.",
      "",
      "Examples:",
      "  tidings listen --to 'topic:shop.#' everyone --level warning",
      "  tidings listen --after earliest --json | jq .notification.title",
      "  tidings listen --count 1 --type build.failed && alarm"
    })
final class Listen implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private HubOptions hub = new HubOptions();

  @Option(
      names = "--to",
      arity = "1..*",
      paramLabel = "PATTERN",
      description =
          "Addresses or patterns: everyone, user:ID, topic:PATTERN (default: all that you may"
              + " see).")
  private List<String> to = List.of();

  @Option(
      names = "--type",
      arity = "1..*",
      paramLabel = "PATTERN",
      description = "Only of these types; ! excludes.")
  private List<String> type = List.of();

  @Option(
      names = "--source",
      arity = "1..*",
      paramLabel = "NAME",
      description = "Only from these sources; a trailing * matches any end, ! excludes.")
  private List<String> source = List.of();

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "The least: info, success, warning or error.")
  private @Nullable String level;

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "Where to begin: a cursor, earliest, or latest (default).")
  private @Nullable String after;

  @Option(names = "--count", paramLabel = "N", description = "Ends after so many notifications.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--json",
      description = "One JSON object a line: {\"cursor\",\"notification\"}, {\"event\",…}.")
  private boolean json;

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (HubClient client = hub.client();
        Following following =
            new Following(client, query(), new Printer(client), RandomGenerator.getDefault())) {
      following.run();
      return 0;
    }
  }

  private String query() {
    List<String> parameters = new ArrayList<>();
    to.forEach(value -> parameters.add("to=" + encoded(value)));
    type.forEach(value -> parameters.add("type=" + encoded(value)));
    source.forEach(value -> parameters.add("source=" + encoded(value)));
    if (level != null) {
      parameters.add("level=" + encoded(level));
    }
    if (after != null) {
      parameters.add("after=" + encoded(after));
    }
    return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** Prints events, in JSON or for people. */
  private final class Printer implements Following.Reader {
    private final HubClient client;
    private final PrintWriter out = spec.commandLine().getOut();
    private final DateTimeFormatter clock =
        DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

    Printer(HubClient client) {
      this.client = client;
    }

    @Override
    public boolean event(Event event) {
      switch (event.name()) {
        case "message" -> {
          count--;
          out.println(
              json
                  ? "{\"cursor\":\"%s\",\"notification\":%s}".formatted(event.id(), event.data())
                  : readable(client.json().readTree(event.data())));
        }
        case "hello" -> {
          JsonNode hello = client.json().readTree(event.data());
          StringJoiner addresses = new StringJoiner(", ");
          hello.path("to").forEach(address -> addresses.add(address.asString()));
          notice("listening to " + addresses + " from " + event.id());
        }
        case "gap", "withdrawn" -> {
          if (json) {
            out.println(
                "{\"event\":\"%s\",\"cursor\":\"%s\",\"data\":%s}"
                    .formatted(event.name(), event.id(), event.data()));
          } else {
            notice(event.name() + ": " + event.data());
          }
        }
        default -> {} // tick, or of a later version
      }
      return count > 0 && !out.checkError();
    }

    @Override
    public void notice(String text) {
      spec.commandLine().getErr().println(Plain.line("tidings listen: " + text));
    }

    /** Its time, level, source, title, link and topics; below them its text. */
    private String readable(JsonNode notification) {
      StringJoiner line = new StringJoiner("  ");
      line.add(clock.format(Instant.parse(notification.path("time").asString())));
      line.add("%-7s".formatted(notification.path("level").asString("info")));
      String from = notification.path("source").asString("");
      String title = notification.path("title").asString();
      line.add(Plain.line(from.isEmpty() ? title : from + ": " + title));
      if (notification.has("link")) {
        line.add(Plain.line(notification.path("link").asString()));
      }
      StringJoiner topics = new StringJoiner(" ", "[", "]").setEmptyValue("");
      notification.path("topics").forEach(topic -> topics.add(topic.asString()));
      StringBuilder text = new StringBuilder(line.toString());
      if (topics.length() > 0) {
        text.append("  ").append(Plain.line(topics.toString()));
      }
      notification
          .path("body")
          .asString("")
          .lines()
          .forEach(body -> text.append("\n          ").append(Plain.line(body)));
      return text.toString();
    }
  }
}
