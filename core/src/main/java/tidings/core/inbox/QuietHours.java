package tidings.core.inbox;

import java.time.ZoneId;
import java.util.Set;
import java.util.regex.Pattern;
import tidings.core.problem.Problem;

/**
 * When a user wants to hear nothing; kept and told, nothing else.
 *
 * @param from {@code HH:MM}
 * @param to {@code HH:MM}; on the next day if it is earlier
 * @param zone a time zone of the IANA
 */
public record QuietHours(String from, String to, String zone) {
  private static final Pattern TIME = Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]");
  private static final Set<String> ZONES = Set.copyOf(ZoneId.getAvailableZoneIds());

  /**
   * @throws tidings.core.problem.Refusal naming what is wrong
   */
  public QuietHours {
    expect(TIME.matcher(from).matches(), "from", from, "HH:MM, 00:00 to 23:59");
    expect(TIME.matcher(to).matches(), "to", to, "HH:MM, 00:00 to 23:59");
    expect(!from.equals(to), "to", to, "another time than from");
    expect(ZONES.contains(zone), "zone", zone, "a time zone of the IANA, as Europe/Berlin");
  }

  private static void expect(boolean holds, String field, String found, String expected) {
    if (!holds) {
      throw new Problem(
              Problem.Kind.INVALID_REQUEST,
              "quiet.%s \"%s\" (expected %s)".formatted(field, found, expected),
              "quiet." + field)
          .refusal();
    }
  }
}
