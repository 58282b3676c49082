package tidings.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Topic;
import tidings.core.notification.TopicPattern;

/** Patterns and their index against a naive matcher, on more than a million random pairs. */
class AddressIndexTest {
  private static final int PATTERNS = 1_100;
  private static final int TOPICS = 1_000;
  private static final String[] WORDS = {"a", "b", "c", "d-1", "E"};

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @Test
  void findsExactlyThePatternsThatANaiveMatcherFindsCachedOrNot() {
    AddressIndex<String> index = new AddressIndex<>();
    List<String> patterns = new ArrayList<>();
    for (int i = 0; i < PATTERNS; i++) {
      String pattern = dotted(true);
      if (!patterns.contains(pattern)) {
        patterns.add(pattern);
        index.add(AddressPattern.of("topic:" + pattern), pattern);
      }
    }
    check(index, patterns, TOPICS);
    List<String> left = new ArrayList<>(patterns);
    while (left.size() > patterns.size() / 2) {
      String gone = left.remove(random.nextInt(left.size()));
      index.remove(AddressPattern.of("topic:" + gone), gone);
    }
    check(index, left, TOPICS);
    left.forEach(pattern -> index.remove(AddressPattern.of("topic:" + pattern), pattern));
    check(index, List.of(), 10);
  }

  private void check(AddressIndex<String> index, List<String> patterns, int topics) {
    for (int i = 0; i < topics; i++) {
      String topic = dotted(false);
      Set<String> expected = new HashSet<>();
      for (String pattern : patterns) {
        boolean matches = naive(words(pattern), words(topic));
        assertThat(TopicPattern.of(pattern).matches(new Topic(topic)))
            .as("seed %d: %s on %s", seed, pattern, topic)
            .isEqualTo(matches);
        if (matches) {
          expected.add(pattern);
        }
      }
      for (int time = 0; time < 2; time++) { // the second is answered from what is remembered
        Set<String> found = new HashSet<>();
        index.find(Address.topic(topic), found::add);
        assertThat(found).as("seed %d: %s", seed, topic).isEqualTo(expected);
      }
    }
  }

  @Test
  void coversAndOverlapsSayWhatTopicsShow() {
    List<String> topics = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      topics.add(dotted(false));
    }
    for (int i = 0; i < 2_000; i++) {
      TopicPattern one = TopicPattern.of(dotted(true));
      TopicPattern other = TopicPattern.of(dotted(true));
      boolean covers = one.covers(other);
      boolean overlaps = one.overlaps(other);
      for (String topic : topics) {
        if (other.matches(topic)) {
          assertThat(!covers || one.matches(topic)).as("%s covers %s", one, other).isTrue();
          assertThat(overlaps || !one.matches(topic)).as("%s meets %s", one, other).isTrue();
        }
      }
    }
  }

  private String dotted(boolean wildcards) {
    String[] words = new String[1 + random.nextInt(6)];
    for (int i = 0; i < words.length; i++) {
      int kind = wildcards ? random.nextInt(6) : 0;
      words[i] = kind == 5 ? "#" : kind == 4 ? "*" : WORDS[random.nextInt(WORDS.length)];
    }
    return String.join(".", words);
  }

  private static List<String> words(String dotted) {
    return Arrays.asList(dotted.split("\\."));
  }

  private static boolean naive(List<String> pattern, List<String> topic) {
    if (pattern.isEmpty()) {
      return topic.isEmpty();
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.getFirst().equals("#")) {
      return naive(rest, topic)
          || !topic.isEmpty() && naive(pattern, topic.subList(1, topic.size()));
    }
    return !topic.isEmpty()
        && (pattern.getFirst().equals("*") || pattern.getFirst().equals(topic.getFirst()))
        && naive(rest, topic.subList(1, topic.size()));
  }
}
