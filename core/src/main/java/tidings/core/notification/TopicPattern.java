package tidings.core.notification;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * A set of topics, as in AMQP topic exchanges: {@code *} stands for one word, {@code #} for any
 * number of words, none included. Immutable and thread-safe.
 */
public final class TopicPattern {
  /** Every topic. */
  public static final TopicPattern ALL = of("#");

  private final String text;
  private final String[] words;
  private final boolean exact;

  private TopicPattern(String text, String[] words) {
    this.text = text;
    this.words = words;
    this.exact = text.indexOf('*') < 0 && text.indexOf('#') < 0;
  }

  /**
   * @throws Refusal naming what breaks the grammar
   */
  public static TopicPattern of(String text) {
    String @Nullable [] words = Words.split(text, true);
    if (words == null) {
      throw Problem.invalid(
              "pattern",
              "pattern \"%s\": %s (%s; a word may be * or #)"
                  .formatted(text, Words.fault(text, true), Words.EXPECTED))
          .refusal();
    }
    return new TopicPattern(text, words);
  }

  /** Whether this pattern names exactly one topic. */
  public boolean isExact() {
    return exact;
  }

  public boolean matches(Topic topic) {
    return matches(topic.name());
  }

  /**
   * Whether a dotted name is in this set, in at most name words × pattern words steps: each bit of
   * {@code states} is a place in the pattern that the words read so far can lead to.
   */
  public boolean matches(String name) {
    if (exact) {
      return text.equals(name);
    }
    int states = skipHashes(1);
    int start = 0;
    while (start <= name.length() && states != 0) {
      int dot = name.indexOf('.', start);
      int end = dot < 0 ? name.length() : dot;
      int next = 0;
      for (int i = 0; i < words.length; i++) {
        if ((states >> i & 1) != 0) {
          String word = words[i];
          if (word.equals("#")) {
            next |= 1 << i;
          } else if (word.equals("*") || isWord(name, start, end, word)) {
            next |= 1 << i + 1;
          }
        }
      }
      states = skipHashes(next);
      start = end + 1;
    }
    return (states >> words.length & 1) != 0;
  }

  private int skipHashes(int states) {
    int closed = states;
    for (int i = 0; i < words.length; i++) {
      if ((closed >> i & 1) != 0 && words[i].equals("#")) {
        closed |= 1 << i + 1;
      }
    }
    return closed;
  }

  private static boolean isWord(String name, int start, int end, String word) {
    return end - start == word.length() && name.startsWith(word, start);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TopicPattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(text);
  }

  /** The pattern as written, for example {@code shop.orders.#}. */
  @Override
  public String toString() {
    return text;
  }
}
