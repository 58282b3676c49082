package tidings.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

/** {@code tidings publish} beside a hub. */
final class PublishCommandTest extends BesideHub {
  @TempDir private Path folder;

  @Test
  void aRefusalIsSaidInOneLine() throws Exception {
    Ended ended = Running.here("publish", "--hub", hub.url(), "--to", "topic:a..b", "--title", "x");

    assertThat(ended.err()).hasLineCount(1).contains("answered 400", "a..b");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void linesOfStandardInputArePublishedEachForItself() throws Exception {
    Path lines =
        Files.writeString(
            folder.resolve("lines"),
            """
            {"to":["everyone"],"title":"a"}
            {"to":[]}
            {"to":["everyone"],"title":"b"}
            """);
    Ended ended = Running.run(folder, lines, "publish", "--hub", hub.url(), "-");

    assertThat(ended.out()).hasLineCount(2);
    assertThat(ended.err()).hasLineCount(1).startsWith("line 2: Invalid notification: ");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void linesArePublishedAsTheyCome() throws Exception {
    try (Running publisher = Running.fed(folder, "publish", "--hub", hub.url(), "-")) {
      try (Writer lines = publisher.input()) {
        for (int i = 1; i <= 2; i++) {
          lines.write("{\"to\":[\"everyone\"],\"title\":\"a\"}\n");
          lines.flush();
          int results = i;
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> publisher.out().lines().count() == results);
        }
      }
      assertThat(publisher.end().code()).isZero();
    }
  }

  @Test
  void soManyLinesAndAnswersThatNoBufferHoldsThemAreAllAnswered() throws Exception {
    int count = 100_000;
    Path lines = folder.resolve("lines");
    String refused = "{\"to\":[],\"title\":\"" + "x".repeat(100) + "\"}";
    Files.write(lines, Collections.nCopies(count, refused));
    Ended ended = Running.run(folder, lines, "publish", "--hub", hub.url(), "-");

    assertThat(ended.err()).hasLineCount(count).contains("\nline " + count + ": Invalid");
    assertThat(ended.code()).isEqualTo(1);
  }
}
