package tidings.gates.nasqueron;

import java.util.regex.Pattern;

/** Makes any text fit where a notification has a grammar or a limit (protocol/nasqueron.md). */
final class Mend {
  static final String ELLIPSIS = "…";

  private static final int WORDS_MAX = 12;
  private static final int TOPIC_CHARS_MAX = 200;
  private static final int UTF8_ELLIPSIS_BYTES = 3;
  private static final Pattern CONTROLS = Pattern.compile("\\p{Cc}+");
  private static final Pattern CONTROLS_IN_BLOCK = Pattern.compile("[\\p{Cc}&&[^\t\n\r]]");
  private static final Pattern BLANK = Pattern.compile("[\\p{Cc}\\p{Z}]*");
  private static final Pattern UNPAIRED = Pattern.compile("\\p{Cs}");

  private Mend() {}

  /** The text with U+FFFD for each unpaired surrogate. */
  static String wellFormed(String text) {
    return UNPAIRED.matcher(text).replaceAll("\uFFFD");
  }

  /** Whether a text has nothing to see. */
  static boolean isBlank(String text) {
    return BLANK.matcher(text).matches();
  }

  /** A topic, or a type, whatever the text. */
  static String topic(String text) {
    StringBuilder topic = new StringBuilder();
    String[] words = text.split("\\.", -1);
    for (int i = 0; i < words.length; i++) {
      if (i > 0) {
        topic.append(i < WORDS_MAX ? '.' : '-');
      }
      topic.append(words[i].isEmpty() ? "unknown" : word(words[i]));
    }
    if (topic.length() > TOPIC_CHARS_MAX) {
      topic.setLength(TOPIC_CHARS_MAX);
    }
    if (topic.charAt(topic.length() - 1) == '.') {
      topic.setLength(topic.length() - 1);
    }
    return topic.toString();
  }

  private static String word(String text) {
    StringBuilder word = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c)
        .map(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' ? c : '-')
        .forEach(word::appendCodePoint);
    return word.toString();
  }

  /** One line: each run of control characters as one space, none at the ends. */
  static String line(String text) {
    String line = CONTROLS.matcher(text).replaceAll(" ");
    int start = 0;
    int end = line.length();
    while (start < end && line.charAt(start) == ' ') {
      start++;
    }
    while (end > start && line.charAt(end - 1) == ' ') {
      end--;
    }
    return line.substring(start, end);
  }

  /** Lines: each control character but tab, line feed and carriage return as a space. */
  static String lines(String text) {
    return CONTROLS_IN_BLOCK.matcher(text).replaceAll(" ");
  }

  /** Cuts what has more than so many characters, with an ellipsis within the limit. */
  static String cut(String text, int charsMax) {
    return text.codePointCount(0, text.length()) <= charsMax
        ? text
        : text.substring(0, text.offsetByCodePoints(0, charsMax - 1)) + ELLIPSIS;
  }

  /** Cuts what has more than so many bytes of UTF-8, with an ellipsis within the limit. */
  static String cutToBytes(String text, int bytesMax) {
    int bytes = 0;
    int end = 0; // of what leaves room for the ellipsis
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      i += Character.charCount(c);
      if (bytes <= bytesMax - UTF8_ELLIPSIS_BYTES) {
        end = i;
      }
      if (bytes > bytesMax) {
        return text.substring(0, end) + ELLIPSIS;
      }
    }
    return text;
  }
}
