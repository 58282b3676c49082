package tidings.store.sqlite;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import tidings.core.access.Publisher;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;
import tidings.core.problem.Problem;
import tidings.store.Retention;

/**
 * Measures durable ingest into a file. Arguments: the file, publishers, entries a request, seconds,
 * entries that the log keeps and is filled with first, and whether each entry has a ref. Each
 * publisher has one request under way.
 */
final class IngestBench implements Log.Listener {
  private static final int TOPICS = Integer.getInteger("topics", 20);

  /** How many keys there are; without it, no entry has one. */
  private static final int KEYS = Integer.getInteger("keys", 0);

  private final SqliteLog log;
  private final Random random = new Random(1);
  private final LongAdder stored = new LongAdder();
  private final LongAdder failed = new LongAdder();

  private IngestBench(SqliteLog log) {
    this.log = log;
  }

  static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    int publishers = Integer.parseInt(args[1]);
    int each = Integer.parseInt(args[2]);
    int seconds = Integer.parseInt(args[3]);
    long kept = Long.parseLong(args[4]);
    boolean refs = Boolean.parseBoolean(args[5]);
    PrintStream out = System.out;
    Surroundings surroundings =
        new Surroundings(
            InstantSource.system(), System::nanoTime, new SecureRandom(), e -> System.exit(1));
    SqliteSettings settings =
        SqliteSettings.of(file).retention(new Retention(Duration.ofDays(30), kept, 4L << 30));
    long opening = System.nanoTime();
    try (SqliteLog log = SqliteLog.open(settings, surroundings)) {
      IngestBench bench = new IngestBench(log);
      log.start(bench);
      out.printf(
          "opened in %.0f ms with %d entries%n",
          (System.nanoTime() - opening) / 1e6, log.end() + 1 - log.lowWater());
      bench.run(8, 100, false, () -> log.end() + 1 - log.lowWater() >= kept);
      for (int round = 0; round < 3; round++) {
        bench.stored.reset();
        long cpu = writerCpuNanos();
        long began = System.nanoTime();
        long until = began + seconds * 1_000_000_000L;
        bench.run(publishers, each, refs, () -> System.nanoTime() >= until);
        double took = (System.nanoTime() - began) / 1e9;
        out.printf(
            "%d publishers, %d a request: %.0f entries/s, %.1f us of the writer's CPU each,"
                + " %d failed, %d kept, %s%n",
            publishers,
            each,
            bench.stored.sum() / took,
            (writerCpuNanos() - cpu) / 1e3 / bench.stored.sum(),
            bench.failed.sum(),
            log.end() + 1 - log.lowWater(),
            sizes(file));
      }
    }
  }

  private static long writerCpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().equals("store-writer"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
        .sum();
  }

  private interface Until {
    boolean reached();
  }

  private void run(int publishers, int each, boolean refs, Until until)
      throws InterruptedException {
    Semaphore free = new Semaphore(publishers);
    while (!until.reached()) {
      free.acquire();
      NewEntry[] entries = new NewEntry[each];
      Arrays.setAll(entries, i -> entry(refs));
      log.append(
          new Append(
              List.of(entries),
              new Append.Outcome() {
                @Override
                public void stored(List<Append.Receipt> receipts) {
                  stored.add(receipts.size());
                  free.release();
                }

                @Override
                public void refused(Problem problem) {
                  failed.increment();
                  free.release();
                }
              }));
    }
    free.acquire(publishers);
  }

  private NewEntry entry(boolean ref) {
    long now = System.currentTimeMillis();
    UUID id =
        new UUID(
            now << 16 | 0x7000 | random.nextInt(0x1000),
            random.nextLong() | 0x8000_0000_0000_0000L);
    String topic = "shop.orders.area" + random.nextInt(TOPICS);
    String json =
        ("{\"id\":\"%s\",\"time\":\"2026-01-01T00:00:00.000Z\",\"type\":\"order.placed\","
                + "\"source\":\"shop\",\"level\":\"info\",\"title\":\"Order %d was placed\","
                + "\"body\":\"%s\",\"topics\":[\"%s\"]}")
            .formatted(id, random.nextInt(), "x".repeat(80), topic);
    return new NewEntry(
        id,
        Publisher.subject("bench"),
        List.of(Address.topic(topic)),
        "order.placed",
        "shop",
        Level.INFO,
        now,
        now,
        Entry.NEVER,
        json.getBytes(StandardCharsets.UTF_8),
        null,
        ref ? id.toString() : null,
        ref ? new byte[32] : null,
        KEYS == 0 ? null : "key" + random.nextInt(KEYS),
        null,
        false);
  }

  private static String sizes(Path file) throws IOException {
    Path wal = file.resolveSibling(file.getFileName() + "-wal");
    return "%d MiB, write-ahead log %d MiB"
        .formatted(Files.size(file) >> 20, Files.size(wal) >> 20);
  }

  @Override
  public void committed(List<Entry> entries) {}

  @Override
  public void gone(long position) {}

  @Override
  public void purgedBelow(long lowWater) {}
}
