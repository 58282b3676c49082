package tidings.core.inbox;

import java.util.ArrayList;
import java.util.List;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * What full text is asked for: words that must all occur in title or body.
 *
 * @param all 1 to 10
 */
public record Words(List<Word> all) {
  /** How many positions are searched at once, which bounds what one look costs … */
  public static final int STRETCH_MAX = 100_000;

  /** … and how many matches it gives. */
  public static final int FOUND_MAX = 256;

  /** How long a page looks, with all that its looks take. */
  public static final int TIME_MS = 500;

  private static final int CHARS_MAX = 200;
  private static final int WORDS_MAX = 10;

  // A look at a beginning costs as much as all words that begin so, in the whole log.
  private static final int PREFIX_CHARS_MIN = 2;
  private static final int PREFIXES_MAX = 2;

  /**
   * One word, which may divide into several that must then occur as a phrase.
   *
   * @param text with a letter or digit; may hold signs, quotes too
   * @param prefix whether it, or the last that it divides into, may be the beginning of a word
   */
  public record Word(String text, boolean prefix) {

    /** How many letters and digits the last of its words has. */
    private int lastChars() {
      int count = 0;
      for (int at = text.length(); at > 0; ) {
        int c = text.codePointBefore(at);
        at -= Character.charCount(c);
        if (isText(c)) {
          count++;
        } else if (count > 0 && !isMark(c)) {
          break;
        }
      }
      return count;
    }
  }

  public Words {
    all = List.copyOf(all);
  }

  /**
   * Reads {@code q}. Words without letters and digits are passed over.
   *
   * @throws Refusal if it is too long, nothing is left, or beginnings are too short or too many
   */
  public static Words of(String q) {
    int chars = q.codePointCount(0, q.length());
    expect(chars >= 1 && chars <= CHARS_MAX, chars + " characters", "1 to 200");
    List<Word> words = new ArrayList<>();
    int count = 0;
    int prefixes = 0;
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
          Word one = word(word);
          words.add(one);
          prefixes += one.prefix ? 1 : 0;
          expect(
              !one.prefix || prefixes <= PREFIXES_MAX,
              "\"%s\", the third word with *".formatted(word),
              "at most 2");
        }
        text.setLength(0);
      }
    }
    expect(count <= WORDS_MAX, count + " words", "at most 10");
    expect(!words.isEmpty(), "no word", "letters or digits");
    return new Words(words);
  }

  private static Word word(String text) {
    if (!text.endsWith("*")) {
      return new Word(text, false);
    }
    Word word = new Word(text.substring(0, text.length() - 1), true);
    expect(
        word.lastChars() >= PREFIX_CHARS_MIN,
        "\"%s\"".formatted(text),
        "at least 2 letters or digits before *");
    return word;
  }

  /** What to say if they can't be looked for in the time that there is. */
  public Refusal slow() {
    return Problem.invalidRequest(
            "q", "takes longer than half a second (expected longer words, or fewer with *)")
        .refusal();
  }

  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
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
