package tidings.core.inbox;

import java.util.ArrayList;
import java.util.List;
import tidings.core.problem.Problem;

/**
 * What full text is asked for: words that must all occur in title or body.
 *
 * @param all 1 to 10
 */
public record Words(List<Word> all) {
  private static final int CHARS_MAX = 200;
  private static final int WORDS_MAX = 10;

  /**
   * One word, which may divide into several that must then occur as a phrase.
   *
   * @param text with a letter or digit; may hold signs, quotes too
   * @param prefix whether it may be the beginning of a word
   */
  public record Word(String text, boolean prefix) {}

  public Words {
    all = List.copyOf(all);
  }

  /**
   * Reads {@code q}. Words without letters and digits are passed over.
   *
   * @throws tidings.core.problem.Refusal if it is too long, or nothing is left
   */
  public static Words of(String q) {
    int chars = q.codePointCount(0, q.length());
    expect(chars >= 1 && chars <= CHARS_MAX, chars + " characters", "1 to 200");
    List<Word> words = new ArrayList<>();
    int count = 0;
    StringBuilder text = new StringBuilder();
    for (int at = 0; at <= q.length(); ) {
      int c = at < q.length() ? q.codePointAt(at) : ' ';
      at += Character.charCount(c);
      if (!isSpace(c)) {
        text.appendCodePoint(c);
      } else if (!text.isEmpty()) {
        count++;
        String word = text.toString();
        if (word.codePoints().anyMatch(Words::isText)) {
          boolean prefix = word.endsWith("*");
          words.add(new Word(prefix ? word.substring(0, word.length() - 1) : word, prefix));
        }
        text.setLength(0);
      }
    }
    expect(count <= WORDS_MAX, count + " words", "at most 10");
    expect(!words.isEmpty(), "no word", "letters or digits");
    return new Words(words);
  }

  private static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
  }

  /** What SQLite's unicode61 makes words of: letters, numbers, private use. */
  private static boolean isText(int c) {
    return switch (Character.getType(c)) {
      case Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER,
          Character.PRIVATE_USE ->
          true;
      default -> Character.isLetter(c);
    };
  }

  private static void expect(boolean holds, String found, String expected) {
    if (!holds) {
      throw Problem.invalidRequest("q", found + " (expected " + expected + ")").refusal();
    }
  }
}
