package tidings.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.infra.Blackhole;
import tidings.core.filter.AddressIndex;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Topic;
import tidings.core.notification.TopicPattern;

/** Finding who is interested in a topic, among 10,000 subscribers with 2,000 distinct patterns. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TopicMatching {
  static final int SUBSCRIBERS = 10_000;

  private static final int PATTERNS = 2_000;
  private static final int FEW = 1_024; // all remembered by the index
  private static final int MANY = 65_536; // in turn, more than it remembers

  private final Random random = new Random(1);
  private final AddressIndex<Integer> patterns = new AddressIndex<>();
  private final AddressIndex<Integer> audience = new AddressIndex<>();
  private final List<TopicPattern> list = new ArrayList<>();
  private final Address[] topics = new Address[MANY];
  private final Address everyTopic = new Address.OfTopic(new Topic("bench"));
  private int next;

  /** Fills the indexes. */
  public TopicMatching() {
    for (int i = 0; i < PATTERNS; i++) {
      list.add(TopicPattern.of(pattern()));
    }
    for (int i = 0; i < SUBSCRIBERS; i++) {
      patterns.add(new AddressPattern.Topics(list.get(i % PATTERNS)), i);
      audience.add(new AddressPattern.One(everyTopic), i);
    }
    for (int i = 0; i < MANY; i++) {
      topics[i] = new Address.OfTopic(new Topic(topic() + "." + i));
    }
  }

  private String topic() {
    return "p%d.g%d.s%d".formatted(random.nextInt(100), random.nextInt(20), random.nextInt(10));
  }

  /** One in ten begins with a wildcard; the others follow a project, a group or a service. */
  private String pattern() {
    String[] words = topic().split("\\.", -1);
    return switch (random.nextInt(10)) {
      case 0 -> "#." + words[2] + "." + random.nextInt(1000);
      case 1, 2, 3 -> words[0] + ".*." + words[2] + ".#";
      case 4, 5, 6 -> words[0] + "." + words[1] + ".#";
      default -> words[0] + "." + words[1] + "." + words[2] + ".*";
    };
  }

  /** A topic that was seen lately. */
  @Benchmark
  public void seenTopic(Blackhole hole) {
    patterns.find(topics[next++ & FEW - 1], hole::consume);
  }

  /** A topic that was not. */
  @Benchmark
  public void unseenTopic(Blackhole hole) {
    patterns.find(topics[next++ & MANY - 1], hole::consume);
  }

  /** The same by trying each distinct pattern, for comparison. */
  @Benchmark
  public void eachPatternInTurn(Blackhole hole) {
    Address topic = topics[next++ & MANY - 1];
    for (TopicPattern pattern : list) {
      if (pattern.matches(((Address.OfTopic) topic).topic())) {
        hole.consume(pattern);
      }
    }
  }

  /** A subscriber's share of finding an audience of 10,000. */
  @Benchmark
  @OperationsPerInvocation(SUBSCRIBERS)
  public void wholeAudience(Blackhole hole) {
    audience.find(everyTopic, hole::consume);
  }
}
