package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tidings.core.inbox.Sorts;
import tidings.core.problem.Refusal;
import tidings.store.ManualTime;
import tidings.store.Outcome;

final class ReadersTest {
  @TempDir Path folder;

  private final ManualTime time = new ManualTime();

  @Test
  void failuresAreLoggedOnceASecondAndCounted() throws Exception {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(ReaderThreads.class);
    Readers readers = new Readers(folder.resolve("missing.db"), time::nanos, new Sorts());
    lines.start();
    logger.addAppender(lines);
    try {
      for (int i = 0; i < 20; i++) {
        fail(readers);
      }
      time.pass(Duration.ofSeconds(1));
      fail(readers);
    } finally {
      logger.detachAppender(lines);
      readers.close();
    }

    assertThat(lines.list)
        .hasSize(2)
        .last()
        .asString()
        .contains("can't be read", "20 such failures");
  }

  @Test
  void whatYieldsLetsSomeGoFirstThatComeLaterAndNotAll() throws Exception {
    Path file = folder.resolve("tidings.db");
    try (Database database = Database.writer(file, 1_000)) {
      Schema.migrate(database, file);
    }
    ReaderThreads one = new ReaderThreads(file, time::nanos, "reader-", 1, 1_000, new Sorts());
    CompletableFuture<Void> begin = new CompletableFuture<>();
    List<String> order = new ArrayList<>(); // of the one thread
    List<CompletableFuture<?>> all = new ArrayList<>();
    try {
      all.add(one.query(open -> begin.join()));
      all.add(one.query(open -> order.add("yields"), true));
      for (int i = 0; i < 2 * ReaderThreads.YIELDED_TO; i++) {
        all.add(one.query(open -> order.add("goes first")));
      }
      begin.complete(null);
      CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();
    } finally {
      one.close();
    }
    assertThat(order.indexOf("yields")).isBetween(1, ReaderThreads.YIELDED_TO);
  }

  private static void fail(Readers readers) {
    assertThatThrownBy(() -> Outcome.get(readers.find(UUID.randomUUID())))
        .isInstanceOf(Refusal.class);
  }
}
