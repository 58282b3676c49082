package tidings.core.notification;

import org.jspecify.annotations.Nullable;

/** The grammar that topics, types and patterns share: words of A–Z a–z 0–9 _ - joined by dots. */
final class Words {
  static final int WORDS_MAX = 12;
  static final int CHARS_MAX = 200;
  static final String EXPECTED =
      "expected 1 to 12 words of A–Z a–z 0–9 _ - joined by dots, at most 200 characters";

  private Words() {}

  /**
   * Splits a dotted name into its words.
   *
   * @param wildcards whether {@code *} and {@code #} may stand for a word
   * @return the words, or null if the name breaks the grammar; {@link #fault} then says how
   */
  static String @Nullable [] split(String name, boolean wildcards) {
    if (fault(name, wildcards) != null) {
      return null;
    }
    int words = 1;
    for (int i = 0; i < name.length(); i++) {
      words += name.charAt(i) == '.' ? 1 : 0;
    }
    String[] split = new String[words];
    int start = 0;
    for (int w = 0; w < words; w++) {
      int dot = name.indexOf('.', start);
      split[w] = name.substring(start, dot < 0 ? name.length() : dot);
      start = dot + 1;
    }
    return split;
  }

  /** What is wrong with a dotted name, or null if it keeps the grammar. */
  static @Nullable String fault(String name, boolean wildcards) {
    if (name.length() > CHARS_MAX) {
      return "has " + name.length() + " characters";
    }
    int words = 1;
    int start = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || name.charAt(i) == '.') {
        if (i == start) {
          return "empty word";
        }
        start = i + 1;
        words += i == name.length() ? 0 : 1;
      } else if (!isWordCharacter(name.charAt(i)) && !(wildcards && isWildcard(name, start, i))) {
        return "character " + printable(name.charAt(i));
      }
    }
    return words > WORDS_MAX ? words + " words" : null;
  }

  private static boolean isWildcard(String name, int wordStart, int i) {
    boolean alone = i == wordStart && (i + 1 == name.length() || name.charAt(i + 1) == '.');
    return alone && (name.charAt(i) == '*' || name.charAt(i) == '#');
  }

  static boolean isWordCharacter(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '_'
        || c == '-';
  }

  static String printable(char c) {
    return c > ' ' && c < 0x7f ? "'" + c + "'" : String.format("U+%04X", (int) c);
  }
}
