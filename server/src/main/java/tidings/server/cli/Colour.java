package tidings.server.cli;

import java.io.Console;
import java.util.Map;

/** Whether to paint for a terminal, and the paint of each level. */
enum Colour {
  AUTO,
  ALWAYS,
  NEVER;

  private static final String RESET = "\u001b[0m";

  /**
   * Whether this choice means colours here: {@code AUTO} does in a terminal that knows them, unless
   * {@code NO_COLOR} is set (no-color.org).
   */
  boolean isOn(Map<String, String> environment, boolean terminal) {
    return switch (this) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO ->
          terminal
              && environment.getOrDefault("NO_COLOR", "").isEmpty()
              && !"dumb".equals(environment.get("TERM"));
    };
  }

  /** Whether this process speaks to a terminal, both ways. */
  @SuppressWarnings("SystemConsoleNull") // it is, again, where there is no terminal
  static boolean inTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Text in the colour of a level; {@code info}, and what is no level, has none. */
  static String paint(String level, String text) {
    String paint =
        switch (level) {
          case "success" -> "\u001b[32m";
          case "warning" -> "\u001b[33m";
          case "error" -> "\u001b[1;31m";
          default -> "";
        };
    return paint.isEmpty() ? text : paint + text + RESET;
  }
}
