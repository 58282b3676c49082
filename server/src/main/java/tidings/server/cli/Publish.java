package tidings.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Publishes one notification, or as many as standard input has lines. */
@Command(
    name = "publish",
    description = "Publishes a notification and prints its id and cursor once it is stored.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  tidings publish --to topic:shop.orders.placed --title 'Order 42' --level success",
      "  tidings publish --to everyone user:alice --title 'Back at noon' --ref lunch-1",
      "  tidings publish - < notifications.ndjson"
    })
final class Publish implements Callable<Integer> {
  private static final String PATH = "/v1/notifications";

  @Spec private CommandSpec spec;
  @Mixin private HubOptions hub = new HubOptions();

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  /** One of the two. */
  private static final class What {
    @ArgGroup(exclusive = false, multiplicity = "1", heading = "One notification:%n")
    private @Nullable Draft draft;

    @Parameters(
        paramLabel = "-",
        description = "Reads standard input: one notification a line, in JSON (NDJSON).")
    private @Nullable String input;
  }

  private static final class Draft {
    @Option(
        names = "--to",
        required = true,
        arity = "1..*",
        paramLabel = "ADDRESS",
        description = "Whom it is for: everyone, user:ID, topic:a.b.c.")
    private List<String> to = List.of();

    @Option(names = "--title", required = true, paramLabel = "TEXT", description = "What happened.")
    private String title;

    @Option(names = "--body", paramLabel = "TEXT", description = "More about it.")
    private @Nullable String body;

    @Option(names = "--type", paramLabel = "WORDS", description = "Its sort, like order.placed.")
    private @Nullable String type;

    @Option(
        names = "--level",
        paramLabel = "LEVEL",
        description = "info (default), success, warning or error.")
    private @Nullable String level;

    @Option(names = "--link", paramLabel = "URL", description = "Where it leads.")
    private @Nullable String link;

    @Option(names = "--source", paramLabel = "NAME", description = "Who says so, like Shop.")
    private @Nullable String source;

    @Option(
        names = "--key",
        paramLabel = "TEXT",
        description = "Replaces your older one with this key in inboxes.")
    private @Nullable String key;

    @Option(
        names = "--ref",
        paramLabel = "TEXT",
        description = "Your own id for it; makes a retry harmless.")
    private @Nullable String ref;

    @Option(names = "--data", paramLabel = "JSON", description = "An object, for programs.")
    private @Nullable String data;

    ObjectNode json(JsonMapper mapper) {
      ObjectNode json = mapper.createObjectNode();
      to.forEach(json.putArray("to")::add);
      json.put("title", title);
      put(json, "body", body);
      put(json, "type", type);
      put(json, "level", level);
      put(json, "link", link);
      put(json, "source", source);
      put(json, "key", key);
      put(json, "ref", ref);
      if (data != null) {
        json.set("data", mapper.readTree(data));
      }
      return json;
    }

    private static void put(ObjectNode json, String field, @Nullable String value) {
      if (value != null) {
        json.put(field, value);
      }
    }
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (HubClient client = hub.client()) {
      Draft draft = what.draft;
      return draft == null ? lines(client) : one(client, draft);
    } catch (IOException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  private int one(HubClient client, Draft draft) throws Failure, IOException, InterruptedException {
    String body;
    try {
      body = draft.json(client.json()).toString();
    } catch (JacksonException e) {
      throw new ParameterException(
          spec.commandLine(), "--data: not JSON (expected an object like {\"order\":42})", e);
    }
    HttpRequest request =
        client
            .request(PATH)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<InputStream> response = client.send(request);
    if (response.statusCode() != 201) {
      throw new Failure(client.problem(response));
    }
    try (InputStream reply = response.body()) {
      spec.commandLine().getOut().println(new String(reply.readAllBytes(), StandardCharsets.UTF_8));
    }
    return 0;
  }

  private int lines(HubClient client) throws Failure, IOException, InterruptedException {
    if (!"-".equals(what.input)) {
      throw new ParameterException(
          spec.commandLine(), "\"" + what.input + "\" (expected - for standard input)");
    }
    HttpRequest request =
        client
            .request(PATH)
            .header("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofInputStream(() -> System.in))
            .build();
    HttpResponse<InputStream> response = client.send(request);
    if (response.statusCode() != 200) {
      throw new Failure(client.problem(response));
    }
    return results(client.json(), response.body());
  }

  /** Prints the result of each line; those that were refused go to standard error. */
  private int results(JsonMapper mapper, InputStream body) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    int exit = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode result = mapper.readTree(line);
        if (result.has("id")) {
          out.println(line);
        } else {
          exit = 1;
          err.println("line " + result.path("line").asInt() + ": " + HubClient.describe(result));
        }
      }
    }
    return exit;
  }
}
