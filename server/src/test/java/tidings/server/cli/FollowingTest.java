package tidings.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tidings.server.cli.EventReader.Event;

/** Follows a scripted hub, which answers each visit with the next of its texts. */
@Timeout(30)
final class FollowingTest {
  private static final String HELLO =
      "event: hello\nid: e.%d\ndata: {\"heartbeatMs\":%d,\"to\":[\"everyone\"]}\n\n";
  private static final String NOTE = "id: e.%d\ndata: {\"n\":%1$d}\n\n";

  private final Deque<String> answers = new ArrayDeque<>();
  private final List<String> visits = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();
  private final List<String> taken = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private int silentVisit;
  private int noticesMax = Integer.MAX_VALUE;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
    threads.close();
  }

  @Test
  void aLineThatBreaksIsResumedAfterTheLastEvent() throws Exception {
    answers.add(HELLO.formatted(1, 15_000) + NOTE.formatted(2) + "id: e.3\ndata: half\n");
    answers.add(HELLO.formatted(2, 15_000) + NOTE.formatted(3) + NOTE.formatted(4));
    follow("?to=everyone", 3);

    assertThat(taken).containsExactly("{\"n\":2}", "{\"n\":3}", "{\"n\":4}");
    assertThat(visits).containsExactly("/v1/stream?to=everyone null", "/v1/stream?to=everyone e.2");
    assertThat(notices).singleElement().asString().contains("trying again in");
  }

  @Test
  void theHubsOwnWaitIsKept() throws Exception {
    answers.add("retry: 1\n\n");
    answers.add(HELLO.formatted(1, 15_000) + NOTE.formatted(2));
    follow("", 1);

    assertThat(notices).containsExactly("the hub ended the stream; trying again in 0.0 s");
  }

  @Test
  void aSilentLineIsLeft() throws Exception {
    silentVisit = 1;
    answers.add(HELLO.formatted(1, 50));
    answers.add(HELLO.formatted(1, 50) + NOTE.formatted(2));
    follow("", 1);

    assertThat(notices).singleElement().asString().startsWith("the line is silent");
  }

  @Test
  void waitsGrowUntilALineHasHeldForAHeartbeat() throws Exception {
    for (int i = 0; i < 3; i++) {
      answers.add(HELLO.formatted(1, 15_000));
    }
    answers.add(HELLO.formatted(1, 50));
    silentVisit = 4;
    answers.add(HELLO.formatted(1, 50) + NOTE.formatted(2));
    follow("", 1);

    assertThat(notices.stream().map(notice -> notice.replaceAll(".* in | s", "")))
        .extracting(Double::parseDouble)
        .satisfiesExactly(
            first -> assertThat(first).isBetween(0.1, 0.3),
            second -> assertThat(second).isBetween(0.2, 0.5),
            third -> assertThat(third).isBetween(0.5, 1.0),
            afterOneThatHeld -> assertThat(afterOneThatHeld).isBetween(0.1, 0.3));
  }

  @Test
  void noHubIsWaitedForLongerThanFiveMinutes() {
    answers.add("retry: 999999999\n\n");
    noticesMax = 1;

    assertThatThrownBy(() -> follow("", 1)).hasMessage("enough");
    assertThat(notices).containsExactly("the hub ended the stream; trying again in 300.0 s");
  }

  @Test
  void aHubThatTakesAConnectionAndNeverAnswersIsLeft() {
    answers.add("mute");

    assertThatThrownBy(() -> follow("", 1))
        .isInstanceOf(Failure.class)
        .hasMessageEndingWith(" does not answer");
  }

  @Test
  void aTokenThatEndsIsNotTriedAgain() {
    answers.add(HELLO.formatted(7, 15_000) + "event: reauth\nid: e.7\ndata: {}\n\n");

    assertThatThrownBy(() -> follow("", 1))
        .isInstanceOf(Failure.class)
        .hasMessage("the token has ended; go on with a new one and --after e.7");
  }

  @Test
  void aRefusalIsNotTriedAgain() {
    answers.add("403");

    assertThatThrownBy(() -> follow("", 1))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("answered 403: Not allowed: no");
  }

  private void follow(String query, int count) throws Exception {
    String hub = "http://127.0.0.1:" + server.getAddress().getPort();
    Following.Reader reader =
        new Following.Reader() {
          @Override
          public boolean event(Event event) {
            if (event.name().equals("message")) {
              taken.add(event.data());
            }
            return taken.size() < count;
          }

          @Override
          public void notice(String text) {
            notices.add(text);
            if (notices.size() == noticesMax) {
              throw new IllegalStateException("enough");
            }
          }
        };
    try (HubClient client = new HubClient(hub, null, Duration.ofSeconds(2));
        Following following = new Following(client, query, reader, new Random(1))) {
      following.run();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      visits.add(
          exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Last-Event-ID"));
      String text = answers.remove();
      if (text.equals("mute")) {
        over.await();
      }
      if (text.equals("403")) {
        byte[] problem =
            "{\"title\":\"Not allowed\",\"detail\":\"no\"}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(403, problem.length);
        exchange.getResponseBody().write(problem);
        return;
      }
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      if (visits.size() == silentVisit) {
        over.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
