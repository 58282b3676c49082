package tidings.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

/** What {@code tidings listen} does with what it hears. */
final class ListenTest extends BesideHub {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path folder;

  @AfterAll
  static void end() {
    HTTP.close();
  }

  @Test
  void aProgramGetsEachAsLineAndVariablesAndNothingOfItIsRun() throws Exception {
    String hostile = "$(touch stolen) `touch stolen`'; touch stolen; \\\" --help";
    publish("exec.all", "\"title\":\"" + hostile + "\",\"body\":\"one\\ntwo\",\"level\":\"error\"");
    publish("exec.all", "\"title\":\"second\",\"type\":\"order.placed\",\"source\":\"Shop\"");
    program(
        """
        cat >> lines
        printf '%s|%s|%s|%s|%s|%s\\n' "$TIDINGS_TITLE" "$TIDINGS_LEVEL" "${TIDINGS_BODY-none}" \
        "${TIDINGS_TYPE-none}" "$TIDINGS_TOPICS" "$*" >> fields
        """);

    Ended ended;
    try (Running listening =
        start(
            Map.of("TIDINGS_BODY", "of someone else"),
            "--to",
            "topic:exec.all",
            "--after",
            "earliest",
            "--count",
            "2",
            "--exec",
            "./program",
            "--",
            "-x",
            "two words")) {
      ended = listening.end();
    }

    assertThat(ended.err()).startsWith("tidings listen: listening to topic:exec.all from ");
    assertThat(ended.code()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(Files.readString(folder.resolve("fields")))
        .isEqualTo(
            "$(touch stolen) `touch stolen`'; touch stolen; \" --help|error|one\ntwo|none|exec.all|-x"
                + " two words\n"
                + "second|info|none|order.placed|exec.all|-x two words\n");
    assertThat(Files.readAllLines(folder.resolve("lines")))
        .hasSize(2)
        .allMatch(line -> line.matches("\\{\"cursor\":\"\\w{8}\\.\\d+\",\"notification\":\\{.*}}"));
    assertThat(folder.resolve("stolen")).doesNotExist();
  }

  @Test
  void whatIsTooLongForAVariableIsCut() throws Exception {
    List<String> topics = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      topics.add("\"topic:exec.long%04d%s\"".formatted(i, "x".repeat(180)));
    }
    post("{\"to\":[" + String.join(",", topics) + "],\"title\":\"long\"}");
    program("printf %s \"$TIDINGS_TOPICS\" | wc -c >> sizes; wc -c >> sizes");

    listen(
        "--to",
        "topic:exec.long0000" + "x".repeat(180),
        "--after",
        "earliest",
        "--count",
        "1",
        "--exec",
        path("program"));
    assertThat(Files.readAllLines(folder.resolve("sizes")))
        .satisfiesExactly(
            variable -> assertThat(Integer.parseInt(variable.strip())).isEqualTo(32_768),
            line -> assertThat(Integer.parseInt(line.strip())).isGreaterThan(150_000));
  }

  @Test
  void aProgramThatFailsStopsAListenerThatKeepsState() throws Exception {
    for (String title : List.of("a", "bad", "c")) {
      publish("exec.state", "\"title\":\"" + title + "\"");
    }
    program("echo $TIDINGS_TITLE >> titles; [ $TIDINGS_TITLE != bad ] || [ -e mended ]");
    String[] arguments = {
      "--to",
      "topic:exec.state",
      "--after",
      "earliest",
      "--state",
      path("state"),
      "--count",
      "3",
      "--exec",
      path("program")
    };

    Ended failed = listen(arguments);
    assertThat(failed.err()).contains("tidings listen: the program ended with 1 for ");
    assertThat(failed.code()).isEqualTo(1);
    Ended again = listen(arguments);
    assertThat(again.code()).isEqualTo(1);
    Files.createFile(folder.resolve("mended"));
    arguments[7] = "2";
    Ended mended = listen(arguments);

    assertThat(mended.code()).isZero();
    assertThat(Files.readAllLines(folder.resolve("titles")))
        .containsExactly("a", "bad", "bad", "bad", "c");
  }

  @Test
  void withoutStateAProgramThatFailsIsReported() throws Exception {
    publish("exec.none", "\"title\":\"a\"");
    publish("exec.none", "\"title\":\"b\"");
    program("echo $TIDINGS_TITLE >> titles; exit 7");

    Ended ended =
        listen(
            "--to",
            "topic:exec.none",
            "--after",
            "earliest",
            "--count",
            "2",
            "--exec",
            path("program"));
    assertThat(ended.err()).contains("the program ended with 7 for ");
    assertThat(ended.code()).isZero();
    assertThat(Files.readAllLines(folder.resolve("titles"))).containsExactly("a", "b");
  }

  @Test
  void aProgramEndsWithTheListenerThatRunsIt() throws Exception {
    publish("exec.ended", "\"title\":\"a\"");
    publish("exec.ended", "\"title\":\"b\"");
    program("echo $$ > pid; sleep 600 & echo $! >> pid; mv pid pids; wait; echo more >> more");
    String[] arguments = {"--to", "topic:exec.ended", "--after", "earliest", "--exec", "./program"};
    try (Running listening = start(Map.of(), arguments)) {
      Path pids = folder.resolve("pids");
      await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(pids));
      listening.terminate();

      assertThat(listening.end().code()).isEqualTo(143);
      List<String> both = Files.readAllLines(pids);
      assertThat(both).hasSize(2);
      await().until(() -> both.stream().allMatch(pid -> running(pid).isEmpty()));
    }
    assertThat(folder.resolve("more")).doesNotExist();
  }

  @Test
  void aProgramThatIsNoneIsNamed() throws Exception {
    publish("exec.missing", "\"title\":\"a\"");

    Ended ended =
        listen("--to", "topic:exec.missing", "--after", "earliest", "--exec", path("missing"));
    assertThat(ended.err()).contains("tidings listen: can't run " + path("missing") + ": ");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void whatWasPrintedIsNotPrintedAgain() throws Exception {
    String[] arguments = {
      "--to",
      "topic:kept.x",
      "--after",
      "earliest",
      "--state",
      path("state"),
      "--count",
      "1",
      "--json"
    };
    publish("kept.x", "\"title\":\"a\"");
    Ended first = listen(arguments);
    publish("kept.x", "\"title\":\"b\"");
    Ended second = listen(arguments);

    assertThat(first.out()).hasLineCount(1).contains("\"title\":\"a\"");
    assertThat(second.out()).hasLineCount(1).contains("\"title\":\"b\"");
  }

  @Test
  void aStateThatIsNoCursorIsRefused() throws Exception {
    Files.writeString(folder.resolve("state"), "yesterday");
    Ended ended = listen("--state", path("state"));

    assertThat(ended.err())
        .startsWith("tidings listen: " + path("state") + ": holds no cursor (expected one like");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void levelsAreColouredIfAskedFor() throws Exception {
    publish("coloured.x", "\"title\":\"a\",\"level\":\"warning\"");
    String[] arguments = {
      "--to", "topic:coloured.x", "--after", "earliest", "--count", "1", "--color", "always"
    };
    Ended always = listen(arguments);
    arguments[7] = "auto";
    Ended elsewhere = listen(arguments);

    assertThat(always.out()).contains("\u001b[33mwarning  a\u001b[0m");
    assertThat(elsewhere.out()).contains("warning  a").doesNotContain("\u001b");
  }

  @Test
  void argumentsAreForAProgramAndAProgramInPlaceOfPrinting() throws Exception {
    Ended alone = listen("shop.orders");
    Ended both = listen("--json", "--exec", path("program"));

    assertThat(alone.err()).hasLineCount(1).contains("\"shop.orders\": an argument, and no --exec");
    assertThat(both.err()).hasLineCount(1).contains("--json", "--exec", "mutually exclusive");
    assertThat(List.of(alone.code(), both.code())).containsOnly(2);
  }

  private Ended listen(String... arguments) {
    return Running.here(command(arguments));
  }

  /** As a process, in the folder. */
  private Running start(Map<String, String> environment, String... arguments) throws IOException {
    return Running.start(folder, environment, null, command(arguments));
  }

  private static String[] command(String... arguments) {
    return Stream.concat(Stream.of("listen", "--hub", hub.url()), Stream.of(arguments))
        .toArray(String[]::new);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** What a process runs; nothing, if it has ended. */
  private static Optional<String> running(String pid) {
    return ProcessHandle.of(Long.parseLong(pid)).flatMap(process -> process.info().command());
  }

  private void program(String script) throws IOException {
    Path program =
        Files.writeString(folder.resolve("program"), "#!/bin/sh\ncd \"${0%/*}\"\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  private static void publish(String topic, String fields) throws Exception {
    post("{\"to\":[\"topic:" + topic + "\"]," + fields + "}");
  }

  private static void post(String draft) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(hub.url() + "/v1/notifications"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(draft))
            .build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
  }
}
