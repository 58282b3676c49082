package tidings.core.notification;

import java.util.Locale;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** How much a notification matters, rising. */
public enum Level {
  INFO,
  SUCCESS,
  WARNING,
  ERROR;

  /** The level as the protocol spells it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a level from its spelling.
   *
   * @throws Refusal if there is no such level
   */
  public static Level of(String text) {
    for (Level level : values()) {
      if (level.text().equals(text)) {
        return level;
      }
    }
    throw Problem.invalid(
            "level", "level \"" + text + "\" (expected info, success, warning or error)")
        .refusal();
  }
}
