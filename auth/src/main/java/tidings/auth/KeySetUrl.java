package tidings.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JWK set at a URL. Nobody but the host of the URL is asked: a redirect is an error.
 *
 * @param client follows no redirects
 * @param limit for everything from the connection to the last byte
 */
record KeySetUrl(HttpClient client, URI url, Duration limit) implements KeySetSource {
  private static final Pattern ETAG = Pattern.compile("(W/)?\"[\\x21\\x23-\\x7e]{0,256}\"");

  @Override
  public @Nullable Fetched fetch(@Nullable String etag) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url).header("Accept", "application/jwk-set+json, application/json");
    if (etag != null) {
      request.header("If-None-Match", etag);
    }
    HttpResponse<byte[]> answer = answer(request.build());
    if (answer.statusCode() == 304 && etag != null) {
      return null;
    }
    if (answer.statusCode() != 200) {
      throw new IOException("answered with status %d".formatted(answer.statusCode()));
    }
    return new Fetched(
        answer.body(),
        answer.headers().firstValue("ETag").filter(ETAG.asMatchPredicate()).orElse(null));
  }

  private HttpResponse<byte[]> answer(HttpRequest request)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), BYTES_MAX));
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no whole answer within %d s".formatted(limit.toSeconds()), e);
    } catch (ExecutionException e) {
      throw new IOException("no answer: " + e.getCause(), e);
    } finally {
      answer.cancel(true); // closes the connection of what has not ended
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  @Override
  public String toString() {
    return url.getHost();
  }
}
