package tidings.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
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
import tidings.server.cli.LineBatches.Batch;
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
        description =
            "Reads standard input: one notification a line, in JSON (NDJSON); each is published as"
                + " it comes.")
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
    LineBatches batches = LineBatches.of(System.in);
    int exit = 0;
    for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
      exit = Math.max(exit, lines(client, batch));
    }
    return exit;
  }

  /** Publishes some lines; prints the result of each, and those that were refused as errors. */
  private int lines(HubClient client, Batch batch) throws Failure, InterruptedException {
    HttpRequest request =
        client
            .request(PATH)
            .header("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofByteArray(batch.bytes()))
            .build();
    int exit = 0;
    int answered = 0;
    try {
      HttpResponse<InputStream> response = client.send(request);
      if (response.statusCode() != 200) {
        throw new IOException(client.problem(response));
      }
      try (BufferedReader results =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        for (String line = results.readLine(); line != null; line = results.readLine()) {
          answered++;
          exit = Math.max(exit, result(client.json(), line, batch.before()));
        }
      }
    } catch (IOException e) {
      throw new Failure(e.getMessage() + which(batch, answered), e);
    } catch (JacksonException e) {
      throw new Failure("an answer that is no hub's" + which(batch, answered), e);
    }
    if (answered < batch.filled()) {
      throw new Failure("the hub took no more lines" + which(batch, answered));
    }
    return exit;
  }

  private int result(JsonMapper mapper, String line, long before) {
    JsonNode result = mapper.readTree(line);
    if (result.has("id")) {
      spec.commandLine().getOut().println(line);
      return 0;
    }
    long number = before + result.path("line").asInt();
    spec.commandLine().getErr().println("line " + number + ": " + HubClient.describe(result));
    return 1;
  }

  /** Which lines a failure is about, so that whoever has them can go on from there. */
  private static String which(Batch batch, int answered) {
    return " (lines %d to %d, of which %d are answered)"
        .formatted(batch.before() + 1, batch.before() + batch.count(), answered);
  }
}
