package tidings.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class KnownTopicsTest {
  private final KnownTopics topics = new KnownTopics();

  @Test
  void aBoundOnlyRisesUnlessAReaderFoundLess() {
    topics.raise("a", 5);
    topics.raise("a", 3);
    assertThat(topics.bound("a")).isEqualTo(5);
    topics.lower("a", 5, 2);
    assertThat(topics.bound("a")).isEqualTo(2);
    topics.raise("a", 9);
    topics.lower("a", 2, 1);
    assertThat(topics.bound("a")).isEqualTo(9);
    topics.gone("a");
    assertThat(topics.bound("a")).isZero();
  }

  @Test
  void allAreKnownAgainOnceTheyAreFewEnough() {
    for (int i = 0; i <= KnownTopics.MAX; i++) {
      topics.raise("t" + i, i);
    }
    String left = "t" + KnownTopics.MAX;
    assertThat(topics.isWhole()).isFalse();
    assertThat(topics.bound(left)).isEqualTo(Long.MAX_VALUE);
    topics.complete(List.of("t7", left), 30_000);
    assertThat(topics.isWhole()).isFalse();
    topics.gone("t6");
    topics.complete(List.of("t7", left), 30_000);
    assertThat(topics.isWhole()).isTrue();
    assertThat(topics.bound(left)).isEqualTo(30_000);
    assertThat(topics.bound("t7")).isEqualTo(7);
    assertThat(topics.bound("t6")).isZero();
  }

  @Test
  void additionsAreToldOnce() {
    topics.raise("a", 1);
    long then = topics.additions();
    topics.raise("b", 2);
    topics.raise("a", 3);
    assertThat(topics.since(then)).containsExactly("b");
    topics.gone("a");
    topics.raise("a", 4);
    assertThat(topics.since(then)).containsExactly("b", "a");
    assertThat(topics.all()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void additionsLongAgoAreForgotten() {
    long start = topics.additions();
    for (int i = 0; i <= 2 * KnownTopics.MAX; i++) {
      topics.raise("t", i);
      topics.gone("t");
    }
    assertThat(topics.since(start)).isNull();
    long now = topics.additions();
    assertThat(topics.since(now)).isEmpty();
    assertThat(topics.since(now - 1)).containsExactly("t");
  }

  @Test
  void moreThanAreKeptAreOnlyAnnounced() {
    for (int i = 0; i < KnownTopics.MAX; i++) {
      topics.raise("t" + i, i);
    }
    assertThat(topics.isWhole()).isTrue();
    topics.raise("one more", 1);
    assertThat(topics.isWhole()).isFalse();
    assertThat(topics.all()).hasSize(KnownTopics.MAX);
  }
}
