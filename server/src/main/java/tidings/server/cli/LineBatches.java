package tidings.server.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an input, as many at a time as have come since the last were taken, up to a bound. A
 * thread of its own reads ahead by one batch at most; {@link #next} is for one thread.
 *
 * <p>A batch and its answers fit into the buffers of two sockets: Java's client takes no answer
 * before it has sent all of its request, and the hub takes no lines while its answers aren't taken.
 */
final class LineBatches {
  static final int LINES_MAX = 1_000;

  /** A longer line makes a batch of its own. */
  static final int BYTES_MAX = 128 * 1024;

  /** The most that a hub can be configured to take. */
  static final int LINE_BYTES_MAX = 64 << 20;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private int lines;
  private int filled;
  private long taken;
  private boolean ended;
  private @Nullable IOException fault;

  /**
   * Some lines.
   *
   * @param before how many came before these
   * @param count how many these are
   * @param filled how many of them are not empty
   * @param bytes what they are, line ends included
   */
  record Batch(long before, int count, int filled, byte[] bytes) {}

  private LineBatches() {}

  /** Begins to read an input to its end; never closes it. */
  static LineBatches of(InputStream input) {
    LineBatches batches = new LineBatches();
    Thread.ofPlatform().daemon().name("lines").start(() -> batches.read(input));
    return batches;
  }

  /**
   * Waits for lines; null at the end.
   *
   * @throws IOException if the input can't be read further; what came before has been given
   */
  synchronized @Nullable Batch next() throws IOException, InterruptedException {
    while (lines == 0 && !ended) {
      wait();
    }
    if (lines == 0) {
      if (fault != null) {
        throw fault;
      }
      return null;
    }
    Batch batch = new Batch(taken, lines, filled, bytes.toByteArray());
    taken += lines;
    lines = 0;
    filled = 0;
    bytes.reset();
    notifyAll();
    return batch;
  }

  private void read(InputStream input) {
    InputStream buffered = new BufferedInputStream(input);
    IOException why = null;
    try {
      for (byte[] line = line(buffered); line.length > 0; line = line(buffered)) {
        add(line);
      }
    } catch (IOException e) {
      why = e;
    } catch (InterruptedException e) {
      why = new IOException("interrupted", e);
    }
    end(why);
  }

  /** The next line with its end, of which the last may have none; empty at the end of the input. */
  private static byte[] line(InputStream input) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = input.read(); b >= 0; b = input.read()) {
      line.write(b);
      if (b == '\n') {
        break;
      }
      if (line.size() > LINE_BYTES_MAX) {
        throw new IOException(
            "a line of more than %d MiB, which no hub takes".formatted(LINE_BYTES_MAX >> 20));
      }
    }
    return line.toByteArray();
  }

  private synchronized void add(byte[] line) throws InterruptedException {
    while (lines == LINES_MAX || (lines > 0 && bytes.size() + line.length > BYTES_MAX)) {
      wait();
    }
    bytes.writeBytes(line);
    lines++;
    filled += isEmpty(line) ? 0 : 1;
    notifyAll();
  }

  private static boolean isEmpty(byte[] line) {
    int end = line[line.length - 1] == '\n' ? line.length - 1 : line.length;
    return end == 0 || (end == 1 && line[0] == '\r');
  }

  private synchronized void end(@Nullable IOException why) {
    fault = why;
    ended = true;
    notifyAll();
  }
}
