package tidings.rabbitmq;

import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import tidings.core.intake.Ids;
import tidings.core.intake.Intake;
import tidings.core.intake.Parking;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.log.LogReader;
import tidings.store.sqlite.SqliteLog;
import tidings.store.sqlite.SqliteSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** As much of a hub as a source needs: the log on SQLite, an intake, and what was parked. */
final class Hub implements AutoCloseable {
  static final Surroundings SURROUNDINGS =
      new Surroundings(InstantSource.system(), System::nanoTime, new Random());
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  record ParkedMessage(String source, String reason, String label, String body) {}

  private final SqliteLog log;
  private final FaultyLog faults;
  private final List<RabbitSource> sources = new ArrayList<>();
  private final List<ParkedMessage> parked = new CopyOnWriteArrayList<>();

  Hub(Path folder) {
    log =
        SqliteLog.open(
            SqliteSettings.of(folder.resolve("tidings.db")),
            new tidings.store.sqlite.Surroundings(
                InstantSource.system(), System::nanoTime, new Random(), fault -> {}));
    log.start(
        new Log.Listener() {
          @Override
          public void committed(List<Entry> entries) {}

          @Override
          public void gone(long position) {}

          @Override
          public void purgedBelow(long lowWater) {}
        });
    faults = new FaultyLog(log);
  }

  /** What lies between the intake and the log. */
  FaultyLog faults() {
    return faults;
  }

  RabbitSource start(RabbitSettings settings) {
    return start(settings, SURROUNDINGS);
  }

  RabbitSource start(RabbitSettings settings, Surroundings surroundings) {
    Parking parking =
        (source, reason, label, body) -> {
          CompletableFuture<Void> done = log.park(source, reason, label, body);
          return done.thenRun(() ->
              parked.add(
                  new ParkedMessage(
                      source, reason, label, new String(body, StandardCharsets.UTF_8))));
        };
    Intake intake = new Intake(faults, InstantSource.system(), new Ids(new Random()));
    RabbitSource source = new RabbitSource(settings, intake, parking, log.reader(), surroundings);
    sources.add(source);
    source.start();
    return source;
  }

  RabbitSource startAndAwaitUp(RabbitSettings settings) {
    RabbitSource source = start(settings);
    awaitUp(source);
    return source;
  }

  static void awaitUp(RabbitSource source) {
    await().atMost(PATIENCE).until(() -> source.status() instanceof Status.Up);
  }

  /** Waits until a source is down for a reason that holds a text. */
  static void awaitDown(RabbitSource source, String reason) {
    await()
        .atMost(PATIENCE)
        .until(
            source::status,
            status -> status instanceof Status.Down down && down.reason().contains(reason));
  }

  List<ParkedMessage> parked() {
    return parked;
  }

  /** Waits until the log holds so many entries. */
  List<JsonNode> awaitEntries(int count) {
    await().atMost(PATIENCE).until(() -> log.end() >= count);
    return entries();
  }

  List<JsonNode> entries() {
    return page().stream().map(entry -> new ObjectMapper().readTree(entry.json())).toList();
  }

  List<String> titles() {
    return entries().stream().map(entry -> entry.get("title").asString()).toList();
  }

  String raw(JsonNode entry) {
    UUID id = UUID.fromString(entry.get("id").asString());
    return log.reader()
        .raw(id)
        .join()
        .map(raw -> new String(raw, StandardCharsets.UTF_8))
        .orElse("");
  }

  private List<Entry> page() {
    return Objects.requireNonNull(
            log.reader().read(new LogReader.Scan(0, log.end(), false, 10_000, null)).join())
        .entries();
  }

  @Override
  public void close() {
    sources.forEach(RabbitSource::close);
    log.close();
  }
}
