package tidings.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tidings.server.cli.LineBatches.Batch;

@Timeout(30)
final class LineBatchesTest {
  @Test
  void allLinesAreGivenOnceInOrderWithinTheBounds() throws Exception {
    String small = "a\n".repeat(5_000);
    String large = ("b".repeat(50_000) + "\n").repeat(7);
    String huge = "c".repeat(LineBatches.BYTES_MAX + 1) + "\n";
    String text = small + large + huge + "d";
    ByteArrayOutputStream given = new ByteArrayOutputStream();
    long before = 0;
    for (Batch batch : all(new ByteArrayInputStream(text.getBytes(UTF_8)))) {
      assertThat(batch.before()).isEqualTo(before);
      assertThat(batch.count()).isBetween(1, LineBatches.LINES_MAX);
      assertThat(batch.count() == 1 || batch.bytes().length <= LineBatches.BYTES_MAX).isTrue();
      before += batch.count();
      given.writeBytes(batch.bytes());
    }
    assertThat(given.toString(UTF_8)).isEqualTo(text);
    assertThat(before).isEqualTo(5_009);
  }

  @Test
  void emptyLinesCountButAreNotFilled() throws Exception {
    int filled = 0;
    int count = 0;
    for (Batch batch : all(new ByteArrayInputStream("\n\r\na\r\n \n\r".getBytes(UTF_8)))) {
      filled += batch.filled();
      count += batch.count();
    }
    assertThat(List.of(count, filled)).containsExactly(5, 2);
  }

  @Test
  void whatHasComeIsGivenWhileMoreIsAwaited() throws Exception {
    try (PipedOutputStream writer = new PipedOutputStream();
        PipedInputStream input = new PipedInputStream(writer)) {
      LineBatches batches = LineBatches.of(input);
      writer.write("a\nhalf".getBytes(UTF_8));
      writer.flush();
      assertThat(batches.next()).extracting(Batch::bytes).isEqualTo("a\n".getBytes(UTF_8));
    }
  }

  @Test
  void anInputThatFailsIsSaidAfterWhatCameBefore() throws Exception {
    InputStream failing =
        new SequenceInputStream(
            new ByteArrayInputStream("a\n".getBytes(UTF_8)),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("the cable");
              }

              @Override
              public int read(byte[] into, int from, int length) throws IOException {
                return read();
              }
            });
    LineBatches batches = LineBatches.of(failing);
    assertThat(batches.next()).extracting(Batch::count).isEqualTo(1);
    assertThatThrownBy(batches::next).isInstanceOf(IOException.class).hasMessage("the cable");
  }

  private static List<Batch> all(InputStream input) throws IOException, InterruptedException {
    LineBatches batches = LineBatches.of(input);
    List<Batch> all = new ArrayList<>();
    for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
      all.add(batch);
    }
    return all;
  }
}
