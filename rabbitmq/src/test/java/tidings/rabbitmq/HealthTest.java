package tidings.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class HealthTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000); // it may wrap
  private final Health health =
      new Health(
          "center",
          new Surroundings(
              () -> Instant.EPOCH.plusNanos(nanos.get() - Long.MAX_VALUE),
              nanos::get,
              new Random()));
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger().addAppender(lines);
  }

  @AfterEach
  void leave() {
    logger().detachAppender(lines);
  }

  @Test
  void aLineASecondIsLoggedAtMost() {
    for (int i = 0; i < 3_000; i++) {
      health.down("reason " + i, Duration.ofMillis(250));
      nanos.addAndGet(1_000_000);
    }
    assertThat(said())
        .containsExactly(
            "source center: reason 0; next attempt in 0.3 s",
            "source center: reason 1000; next attempt in 0.3 s (and 999 lines within a second of"
                + " another)",
            "source center: reason 2000; next attempt in 0.3 s (and 999 lines within a second of"
                + " another)");
  }

  @Test
  void downSinceIsWhenItWentDownFirst() {
    health.up("connected");
    assertThat(health.status()).isEqualTo(new Status.Up());
    health.down("first", Duration.ofSeconds(1));
    Instant since = ((Status.Down) health.status()).since();
    nanos.addAndGet(5_000_000_000L);
    health.down("second", Duration.ofSeconds(1));
    assertThat(health.status()).isEqualTo(new Status.Down("second", since));
  }

  private List<String> said() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(RabbitSource.class);
  }
}
