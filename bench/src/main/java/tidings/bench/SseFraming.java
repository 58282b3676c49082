package tidings.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tidings.core.delivery.Encoding;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;
import tidings.core.notification.Topic;
import tidings.http.stream.SseEncoding;

/** Framing stored JSON for server-sent events: once for each event loop and batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SseFraming {
  private static final String EPOCH = "k3x9q2ab";
  private static final int BATCH = 64;
  private static final int JSON_BYTES = 350; // of a notification with a title of 200 characters

  private final Encoding encoding = SseEncoding.CHUNKED;
  private final List<Entry> batch =
      LongStream.range(1_000_000, 1_000_000 + BATCH).mapToObj(SseFraming::entry).toList();
  private final List<Entry> one = batch.subList(0, 1);

  private static Entry entry(long position) {
    return new Entry(
        position,
        Entry.Kind.NOTIFICATION,
        new UUID(0, position),
        List.of(new Address.OfTopic(new Topic("bench"))),
        null,
        null,
        Level.INFO,
        Entry.NEVER,
        ("{" + "a".repeat(JSON_BYTES - 2) + "}").getBytes(StandardCharsets.UTF_8));
  }

  /** A notification alone. */
  @Benchmark
  public void one() {
    encoding.frame(EPOCH, one, 0).release();
  }

  /** A notification's share of a full batch. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void inBatch() {
    encoding.frame(EPOCH, batch, 0).release();
  }

  /** The same for a reader to whom each is addressed as a user. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void inDirectBatch() {
    encoding.frame(EPOCH, batch, -1L).release();
  }
}
