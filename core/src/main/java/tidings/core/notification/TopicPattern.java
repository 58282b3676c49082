package tidings.core.notification;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
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

  private static final int STATES_MAX = 64;

  private final String text;
  private final String[] words;
  private final boolean exact;
  private final int hashes; // at which places of the pattern there is one, as bits

  private TopicPattern(String text, String[] words) {
    this.text = text;
    this.words = words;
    this.exact = text.indexOf('*') < 0 && text.indexOf('#') < 0;
    int found = 0;
    for (int i = 0; i < words.length; i++) {
      found |= words[i].equals("#") ? 1 << i : 0;
    }
    this.hashes = found;
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

  /** The words before its first wildcard, joined by dots: all if it is exact, maybe none. */
  public String prefix() {
    return Arrays.stream(words)
        .takeWhile(word -> !word.equals("*") && !word.equals("#"))
        .collect(Collectors.joining("."));
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
    return accepts(states);
  }

  private boolean accepts(int states) {
    return (states >> words.length & 1) != 0;
  }

  /** The places that one more word leads on from; null stands for one that no pattern names. */
  private int readingOn(@Nullable String read) {
    int places = 0;
    for (int i = 0; i < words.length; i++) {
      if (words[i].equals("*") || words[i].equals(read)) {
        places |= 1 << i;
      }
    }
    return places;
  }

  private int step(int states, int readingOn) {
    return skipHashes((states & readingOn) << 1 | states & hashes);
  }

  /** Whether every topic of another pattern is one of this. */
  public boolean covers(TopicPattern other) {
    return text.equals("#")
        || !reaches(other, (mine, theirs) -> other.accepts(theirs) && !accepts(mine));
  }

  /** Whether some topic is one of both. */
  public boolean overlaps(TopicPattern other) {
    return reaches(other, (mine, theirs) -> accepts(mine) && other.accepts(theirs));
  }

  private interface Verdict {
    boolean holds(int mine, int theirs);
  }

  /**
   * Whether some topic leads both patterns to states of which the verdict holds. Patterns made to
   * have very many states get the answer yes, which is the careful one for {@link #covers} and
   * harmless for {@link #overlaps}: what a reader gets is checked for each entry.
   */
  private boolean reaches(TopicPattern other, Verdict verdict) {
    Set<@Nullable String> alphabet = new HashSet<>();
    alphabet.add(null);
    alphabet.addAll(Arrays.asList(words));
    alphabet.addAll(Arrays.asList(other.words));
    alphabet.remove("*");
    alphabet.remove("#");
    int[] ours = alphabet.stream().mapToInt(this::readingOn).toArray();
    int[] others = alphabet.stream().mapToInt(other::readingOn).toArray();
    Set<Long> seen = new HashSet<>();
    Deque<Long> todo = new ArrayDeque<>();
    todo.add((long) skipHashes(1) << 32 | other.skipHashes(1));
    for (boolean first = true; !todo.isEmpty(); first = false) {
      long states = todo.remove();
      int mine = (int) (states >> 32);
      int theirs = (int) states;
      if (!first && verdict.holds(mine, theirs)) {
        return true;
      }
      if (seen.size() > STATES_MAX) {
        return true;
      }
      for (int i = 0; i < ours.length; i++) {
        long next = (long) step(mine, ours[i]) << 32 | other.step(theirs, others[i]);
        if (seen.add(next)) {
          todo.add(next);
        }
      }
    }
    return false;
  }

  private int skipHashes(int states) {
    int closed = states;
    for (int left = hashes; left != 0; left &= left - 1) {
      closed |= (closed & Integer.lowestOneBit(left)) << 1;
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
