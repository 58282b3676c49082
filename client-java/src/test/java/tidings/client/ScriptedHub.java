package tidings.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers each request with the next of its answers, and keeps what it was asked. */
final class ScriptedHub implements AutoCloseable {
  private static final String ENDLESS = "x".repeat(1 << 16);

  private final Deque<Answer> answers = new ConcurrentLinkedDeque<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  /** A request. */
  record Asked(String call, String token, String lastEventId, String body) {}

  private record Answer(int status, String body, boolean thenSilent, String retryAfter) {}

  ScriptedHub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Answers, and ends the answer. */
  ScriptedHub answer(int status, String body) {
    answers.add(new Answer(status, body, false, ""));
    return this;
  }

  /** Answers with a {@code Retry-After}. */
  ScriptedHub answer(int status, String body, String retryAfter) {
    answers.add(new Answer(status, body, false, retryAfter));
    return this;
  }

  /** Answers with a stream that ends. */
  ScriptedHub stream(String... frames) {
    return answer(200, String.join("", frames));
  }

  /** Answers with a stream that says no more after these frames, and never ends. */
  ScriptedHub silentStream(String... frames) {
    return stalled(200, String.join("", frames));
  }

  /** Answers with a body that stops and never ends. */
  ScriptedHub stalled(int status, String body) {
    answers.add(new Answer(status, body, true, ""));
    return this;
  }

  /** Answers with a body that goes on for as long as it is read. */
  ScriptedHub endless(int status) {
    answers.add(new Answer(status, ENDLESS, false, ""));
    return this;
  }

  List<Asked> asked() {
    return asked;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      asked.add(
          new Asked(
              exchange.getRequestMethod() + " " + exchange.getRequestURI(),
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
              String.valueOf(exchange.getRequestHeaders().getFirst("Last-Event-ID")),
              body));
      Answer answer = answers.remove();
      if (!answer.retryAfter().isEmpty()) {
        exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
      }
      exchange.sendResponseHeaders(answer.status(), answer.status() == 204 ? -1 : 0);
      do {
        exchange.getResponseBody().write(answer.body().getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
      } while (answer.body().equals(ENDLESS)); // until the reader has gone
      if (answer.thenSilent()) {
        over.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
