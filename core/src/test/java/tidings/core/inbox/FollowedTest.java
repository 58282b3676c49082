package tidings.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.TopicPattern;

final class FollowedTest {
  private final KnownTopics topics = new KnownTopics();
  private final Followed followed =
      new Followed(
          new Followed.Key(
              List.of(TopicPattern.of("shop.#"), TopicPattern.of("*.orders")),
              List.of(TopicPattern.of("shop.test.#")),
              List.of(AddressPattern.of("topic:#"))));

  private static String text(Followed.Found found) {
    return found.patterns().stream()
        .sorted()
        .map(place -> " " + place)
        .collect(Collectors.joining("", found.address().topic().name(), ""));
  }

  @Test
  void whatIsAddedIsFoundToo() {
    topics.raise("shop.orders", 1);
    topics.raise("shop.test.orders", 2);
    assertThat(followed.all(topics))
        .extracting(FollowedTest::text)
        .containsExactly("shop.orders 0 1");
    topics.raise("build.orders", 3);
    topics.raise("build", 4);
    assertThat(followed.all(topics))
        .extracting(FollowedTest::text)
        .containsExactlyInAnyOrder("shop.orders 0 1", "build.orders 1");
  }

  @Test
  void topicsThatComeAndGoTakeNoMoreRoomThanAllThatCanBeKnown() {
    topics.raise("shop.orders", 1);
    int most = 0;
    int batch = KnownTopics.MAX / 2;
    for (int i = 0; i <= 10 * batch; i++) {
      topics.raise("shop.t" + i, i);
      topics.gone("shop.t" + i);
      if (i % batch == 0) {
        most = Math.max(most, followed.all(topics).size());
      }
    }
    assertThat(most).isBetween(KnownTopics.MAX, 2 * KnownTopics.MAX + batch + 1);
    assertThat(followed.all(topics))
        .anySatisfy(found -> assertThat(found.address().topic().name()).isEqualTo("shop.orders"));
  }
}
