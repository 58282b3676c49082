package tidings.store.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.History;
import tidings.core.delivery.Interest;
import tidings.core.delivery.Start;
import tidings.core.filter.Filter;
import tidings.core.inbox.Preferences;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.store.Retention;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** protocol/vectors/cursors.json: where reading goes on, in a log with the epochs given there. */
class ResumeVectorsTest {
  private static final JsonNode VECTORS =
      new ObjectMapper().readTree(Path.of("..", "protocol", "vectors", "cursors.json").toFile());
  private static final long OLDEST = VECTORS.at("/log/oldest").asLong();
  private static final long NEWEST = VECTORS.at("/log/newest").asLong();

  /** This log's names of the epochs, which are random, by the vectors' names of them. */
  private static final Map<String, String> EPOCHS = new HashMap<>();

  @TempDir static Path folder;
  private static World world;

  static Stream<JsonNode> resume() {
    return VECTORS.required("resume").valueStream();
  }

  @BeforeAll
  static void fill() {
    long kept = NEWEST - OLDEST + 1;
    world =
        new World(
            folder.resolve("tidings.db"),
            new Random(1),
            new Retention(Duration.ofDays(1), kept, 1L << 30),
            World.Mutation.NONE);
    for (JsonNode epoch : VECTORS.at("/log/epochs")) {
      long first = epoch.get("first").asLong();
      if (first > 1) {
        publishUpTo(first - 1);
        world.restart();
      }
      EPOCHS.put(epoch.get("name").asString(), world.cursor(0).substring(0, 8));
    }
    publishUpTo(NEWEST);
    Awaitility.await().until(() -> world.lowWater() == OLDEST);
  }

  private static void publishUpTo(long position) {
    Draft draft = Draft.to(List.of(Address.topic("t")), "t").build();
    world.publish(Collections.nCopies((int) (position - world.end()), draft));
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @ParameterizedTest
  @MethodSource("resume")
  void aPageGoesOnWhereTheVectorSays(JsonNode vector) {
    Interest everything =
        Interest.of(
            new Caller(null, Publisher.subject("reader"), Grant.ALL, null, null),
            Filter.NONE,
            Preferences.NONE);
    History.Page page = world.history().after(everything, new Start.After(cursor(vector)), 500);
    assertThat(page.items().stream().map(Entry::position).toList()).isEqualTo(rest(vector));
    ControlEvent.Gap gap = page.gap();
    if (vector.has("gap")) {
      assertThat(gap).isNotNull();
      assertThat(gap.reason().name().toLowerCase(Locale.ROOT))
          .isEqualTo(vector.get("gap").asString());
      assertThat(gap.cursor()).hasToString(world.cursor(after(vector)));
    } else {
      assertThat(gap).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("resume")
  void aStreamGoesOnThereToo(JsonNode vector) {
    Reader reader = new Reader("reader", new Reader.Wish(null, List.of(), List.of("topic:#"), 0));
    reader.lastEventId = cursor(vector);
    world.connect(reader, null);
    world.settle();
    assertThat(reader.unchecked().stream().map(Entry::position).toList()).isEqualTo(rest(vector));
    if (vector.has("gap")) {
      assertThat(reader.gaps)
          .singleElement()
          .satisfies(gap -> assertThat(gap.to()).isEqualTo(after(vector)));
    } else {
      assertThat(reader.gaps).isEmpty();
    }
  }

  private static String cursor(JsonNode vector) {
    String text = vector.get("cursor").asString();
    String epoch = text.substring(0, 8);
    return EPOCHS.getOrDefault(epoch, epoch) + text.substring(8);
  }

  private static long after(JsonNode vector) {
    return vector.get("after").asLong();
  }

  /** Everything after the vector's place. */
  private static List<Long> rest(JsonNode vector) {
    return LongStream.rangeClosed(after(vector) + 1, NEWEST).boxed().toList();
  }
}
