package tidings.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to one hub over HTTP. */
final class HubClient implements RemoteDesk.Line {
  static final String TOKEN_HINT = " (give --token; tidings token makes one)";

  private static final int PROBLEM_BYTES_MAX = 64 * 1024;
  static final Duration ANSWER_MAX = Duration.ofSeconds(30);

  private final String hub;
  private final @Nullable String token;
  private final Duration answerMax;
  private final JsonMapper json = JsonMapper.shared();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /**
   * @param answerMax how long the head of an answer may take, and all of a small one
   */
  HubClient(String hub, @Nullable String token, Duration answerMax) {
    this.hub = hub;
    this.token = token;
    this.answerMax = answerMax;
  }

  /** A request for a path of the hub, with the token; its answer must begin in time. */
  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(hub + path)).timeout(answerMax);
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  /**
   * The answer, as a stream that the caller closes.
   *
   * @throws IOException if the hub can't be reached; the message is for people
   */
  HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
    try {
      return http.send(request, BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw described(e);
    }
  }

  private IOException described(Throwable e) {
    String said =
        switch (e) {
          case ConnectException _ -> "can't reach " + hub + ": is the hub running there?";
          case HttpTimeoutException _, TimeoutException _ -> hub + " does not answer";
          default -> "no answer from " + hub + ": " + e.getMessage();
        };
    return new IOException(said, e);
  }

  /**
   * Sends a small request, and reads all of a small answer.
   *
   * @param json the body, null for none
   * @throws Failure if the hub can't be reached, or does not answer to the end in time
   */
  @Override
  public RemoteDesk.Answer call(String method, String path, @Nullable String json) throws Failure {
    HttpRequest request =
        request(path)
            .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json))
            .header("Content-Type", "application/json")
            .build();
    CompletableFuture<HttpResponse<byte[]>> answering =
        http.sendAsync(request, BodyHandlers.ofByteArray());
    try {
      HttpResponse<byte[]> response = answering.get(answerMax.toMillis(), TimeUnit.MILLISECONDS);
      return new RemoteDesk.Answer(response.statusCode(), response.body());
    } catch (ExecutionException | TimeoutException e) {
      IOException described = described(e.getCause() == null ? e : e.getCause());
      throw new Failure(described.getMessage(), described);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    } finally {
      answering.cancel(true); // unless it is done
    }
  }

  /**
   * Sends a small request, and reads the answer to it.
   *
   * @param body JSON, null for none
   * @throws Failure if the hub refuses too
   */
  JsonNode ask(String method, String path, @Nullable String body) throws Failure {
    RemoteDesk.Answer answer = call(method, path, body);
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    if (answer.status() != 200) {
      throw new Failure(problem(answer.status(), text));
    }
    try {
      return json.readTree(text);
    } catch (JacksonException e) {
      throw new Failure(problem(answer.status(), text), e);
    }
  }

  /** What an answer that is no success says, on one line. */
  String problem(HttpResponse<InputStream> response) throws IOException {
    try (InputStream body = response.body()) {
      String text = new String(body.readNBytes(PROBLEM_BYTES_MAX), StandardCharsets.UTF_8);
      return problem(response.statusCode(), text);
    }
  }

  private String problem(int status, String text) {
    String said;
    try {
      said = describe(json.readTree(text));
    } catch (JacksonException e) {
      said = "not a hub's answer";
    }
    String hint = status == 401 && token == null ? TOKEN_HINT : "";
    return "%s answered %d: %s%s".formatted(hub, status, said, hint);
  }

  /** A problem document on one line. */
  static String describe(JsonNode problem) {
    String title = problem.path("title").asString("no reason given");
    String detail = problem.path("detail").asString("");
    return Plain.line(detail.isEmpty() ? title : title + ": " + detail);
  }

  JsonMapper json() {
    return json;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
