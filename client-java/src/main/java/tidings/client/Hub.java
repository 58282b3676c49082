package tidings.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** Requests to one hub, and its answers as records. Safe for use by several threads. */
final class Hub {
  private static final int ANSWER_BYTES_MAX = 16 << 20; // a page is about 1 MiB
  private static final int PROBLEM_BYTES_MAX = 64 << 10;
  private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // of later versions
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .changeDefaultPropertyInclusion(
              value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  private final String url;
  private final TokenSource tokens;
  private final HttpClient http;
  private final Duration answerMax;

  /**
   * @param answerMax how long an answer may take to its end; a stream, to its head
   */
  Hub(URI url, TokenSource tokens, HttpClient http, Duration answerMax) {
    this.url = url.toString().replaceAll("/+$", "");
    this.tokens = tokens;
    this.http = http;
    this.answerMax = answerMax;
  }

  /** The token for a request that is made now. */
  @Nullable String token() throws IOException {
    String token = tokens.token();
    if (token != null && !VISIBLE.matcher(token).matches()) {
      throw new IllegalArgumentException(
          "the token has a space, control or foreign character in it, or is empty");
    }
    return token;
  }

  HttpRequest.Builder request(String path, @Nullable String token) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  /**
   * Asks, and reads the answer.
   *
   * @param body what is sent as JSON, null for nothing
   */
  <T> T call(String method, String path, @Nullable Object body, Class<T> answer)
      throws IOException, InterruptedException {
    byte[] said = call(method, path, body);
    try {
      return JSON.readValue(said, answer);
    } catch (JacksonException e) {
      throw new IOException("no hub's answer from " + url + ": " + e.getOriginalMessage(), e);
    }
  }

  /** Asks, and gives what is answered. */
  byte[] call(String method, String path, @Nullable Object body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path, token());
    if (body == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request
          .method(method, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
          .header("Content-Type", "application/json");
    }
    CompletableFuture<HttpResponse<byte[]>> answering =
        http.sendAsync(request.build(), Hub::bounded);
    try {
      HttpResponse<byte[]> response = answering.get(answerMax.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() / 100 != 2) {
        throw refusal(response, response.body());
      }
      return response.body();
    } catch (ExecutionException e) {
      throw described(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(url + " does not answer", e);
    } finally {
      answering.cancel(true); // unless it is done
    }
  }

  /**
   * Opens a stream.
   *
   * @return what is answered, as soon as it begins; a refusal as a whole
   */
  CompletableFuture<HttpResponse<InputStream>> open(HttpRequest request) {
    return http.sendAsync(
        request,
        head ->
            head.statusCode() == 200
                ? BodySubscribers.ofInputStream()
                : BodySubscribers.mapping(bounded(head), ByteArrayInputStream::new));
  }

  private static BodySubscriber<byte[]> bounded(ResponseInfo head) {
    return new Beginning(head.statusCode() / 100 == 2 ? ANSWER_BYTES_MAX : PROBLEM_BYTES_MAX);
  }

  Duration answerMax() {
    return answerMax;
  }

  /** Reads the data of an event. */
  <T> T read(String json, Class<T> type) {
    return JSON.readValue(json, type);
  }

  /** What an answer that is no success says. */
  ProblemException refused(HttpResponse<InputStream> response) throws IOException {
    return refusal(response, response.body().readAllBytes());
  }

  private ProblemException refusal(HttpResponse<?> response, byte[] body) {
    int status = response.statusCode();
    Problem problem;
    try {
      problem = JSON.readValue(body, Problem.class);
    } catch (JacksonException e) {
      problem = null;
    }
    if (problem == null || problem.title() == null) {
      problem = new Problem("about:blank", "not a hub's answer", status, null, null);
    }
    Duration retryAfter =
        response
            .headers()
            .firstValue("Retry-After")
            .filter(value -> value.matches("[0-9]{1,6}"))
            .map(value -> Duration.ofSeconds(Long.parseLong(value)))
            .orElse(null);
    return new ProblemException(url, problem, retryAfter);
  }

  /** The same failure, in words that name the hub. */
  IOException described(@Nullable Throwable e) {
    if (!(e instanceof IOException)) {
      throw new IllegalStateException(e); // a defect of the HTTP client
    }
    if (e instanceof ConnectException) {
      ConnectException described = new ConnectException("can't reach " + url);
      described.initCause(e);
      return described;
    }
    if (e instanceof HttpTimeoutException) {
      return new IOException(url + " does not answer", e);
    }
    return new IOException("no answer from " + url + ": " + e.getMessage(), e);
  }
}
