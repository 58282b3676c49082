package tidings.server.cli;

import java.util.regex.Pattern;

/** Text from elsewhere, made harmless to a terminal. */
final class Plain {
  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]+");

  private Plain() {}

  /** One line without control characters, which could move the cursor or change colours. */
  static String line(String text) {
    return CONTROLS.matcher(text).replaceAll(" ");
  }
}
