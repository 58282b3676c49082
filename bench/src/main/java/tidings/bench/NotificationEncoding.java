package tidings.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.JsonObject;
import tidings.core.notification.Level;
import tidings.core.notification.NotificationJson;
import tidings.core.notification.Topic;

/** Making the JSON that readers get: once for each notification, before the append. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NotificationEncoding {
  private static final Instant ACCEPTED = Instant.parse("2026-01-01T00:00:00.123Z");

  private final UUID id = new UUID(0x019b_7630_0000_7000L, 0x8000_0000_0000_0001L);
  private final Draft titleOnly = Draft.to(List.of(topic("bench")), "a".repeat(200)).build();
  private final Draft allFields =
      Draft.to(List.of(topic("nasqueron.ops.github.push"), topic("ops.all")), "alice pushed “3”")
          .body("First line\nSecond \"line\", ünïcödé ".repeat(8))
          .type("push")
          .source("GitHub")
          .level(Level.SUCCESS)
          .link("https://example.org/commit/0123456789abcdef")
          .key("push:notifications")
          .data(new JsonObject("{\"project\":\"Nasqueron\",\"group\":\"ops\",\"commits\":3}"))
          .time(ACCEPTED)
          .build();

  private static Address topic(String name) {
    return new Address.OfTopic(new Topic(name));
  }

  /** The load programs' message: a title of 200 characters. */
  @Benchmark
  public byte[] titleOnly() {
    return NotificationJson.encode(titleOnly, id, ACCEPTED);
  }

  /** Every field, with characters that are escaped or take several bytes. */
  @Benchmark
  public byte[] allFields() {
    return NotificationJson.encode(allFields, id, ACCEPTED);
  }

  /** What any encoder must do at least: the title's 200 characters to bytes. */
  @Benchmark
  public byte[] bytesOfTitle() {
    return titleOnly.title().getBytes(StandardCharsets.UTF_8);
  }
}
