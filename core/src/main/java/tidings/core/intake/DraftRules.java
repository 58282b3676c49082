package tidings.core.intake;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Draft;
import tidings.core.notification.Topic;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** The limits and grammars of a notification's fields. */
public final class DraftRules {
  public static final int ADDRESSES_MAX = 1_000;
  public static final int TITLE_CHARS_MAX = 300;
  public static final int BODY_BYTES_MAX = 8 << 10;
  public static final int SOURCE_CHARS_MAX = 100;
  public static final int LINK_CHARS_MAX = 2_048;
  public static final int DATA_BYTES_MAX = 64 << 10;
  public static final int REF_CHARS_MAX = 128;

  private static final Pattern LINK =
      Pattern.compile(
          "/([^/].*)?"
              + "|(?i:https?)://([^/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?([/?#].*)?",
          Pattern.DOTALL);

  private DraftRules() {}

  /**
   * Checks every field.
   *
   * @throws Refusal of kind {@code INVALID_NOTIFICATION} that names the first field that breaks a
   *     rule
   */
  public static void check(Draft draft) {
    int addresses = draft.to().size();
    expect(
        "to", addresses >= 1 && addresses <= ADDRESSES_MAX, addresses + " addresses", "1 to 1000");
    line("title", draft.title(), TITLE_CHARS_MAX);
    body(draft.body());
    type(draft.type());
    if (draft.source() != null) {
      line("source", draft.source(), SOURCE_CHARS_MAX);
    }
    link("link", draft.link());
    link("icon", draft.icon());
    if (draft.data() != null) {
      int bytes = utf8(draft.data().text());
      expect("data", bytes <= DATA_BYTES_MAX, bytes + " bytes", "at most " + DATA_BYTES_MAX);
    }
    visibleAscii("ref", draft.ref());
    visibleAscii("key", draft.key());
  }

  private static void line(String field, String value, int charsMax) {
    int chars = value.codePointCount(0, value.length());
    expect(field, chars >= 1 && chars <= charsMax, chars + " characters", "1 to " + charsMax);
    plain(field, value, "");
  }

  private static void body(@Nullable String body) {
    if (body == null) {
      return;
    }
    int bytes = utf8(body);
    expect("body", bytes <= BODY_BYTES_MAX, bytes + " bytes", "at most " + BODY_BYTES_MAX);
    plain("body", body, "\n\r\t");
  }

  private static void plain(String field, String value, String allowedControls) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean control = Character.isISOControl(c) && allowedControls.indexOf(c) < 0;
      boolean lonely =
          Character.isSurrogate(c)
              && !(Character.isHighSurrogate(c)
                      && i + 1 < value.length()
                      && Character.isLowSurrogate(value.charAt(i + 1))
                  || Character.isLowSurrogate(c)
                      && i > 0
                      && Character.isHighSurrogate(value.charAt(i - 1)));
      if (control || lonely) {
        expect(
            field,
            false,
            "character U+%04X at %d".formatted((int) c, i),
            "text without control characters");
      }
    }
  }

  private static void type(@Nullable String type) {
    if (type == null) {
      return;
    }
    try {
      new Topic(type);
    } catch (Refusal e) {
      throw Problem.invalid("type", e.problem().detail().replaceFirst("^topic", "type")).refusal();
    }
  }

  private static void link(String field, @Nullable String link) {
    if (link == null) {
      return;
    }
    int chars = link.codePointCount(0, link.length());
    expect(field, chars <= LINK_CHARS_MAX, chars + " characters", "at most " + LINK_CHARS_MAX);
    plain(field, link, "");
    expect(field, isAllowedLink(link), "\"" + link + "\"", "an http(s) URL or a path like /a");
  }

  /**
   * Whether a link leads only where a reader expects: an absolute http(s) URL with a host and
   * without user information, or a path on the reader's own origin (one leading slash: two would
   * name another host). The rule is that of protocol/notification.md.
   */
  public static boolean isAllowedLink(String link) {
    return link.codePointCount(0, link.length()) <= LINK_CHARS_MAX
        && link.chars().noneMatch(c -> Character.isISOControl(c) || c == ' ' || c == '\\')
        && LINK.matcher(link).matches();
  }

  private static void visibleAscii(String field, @Nullable String value) {
    if (value != null) {
      boolean visible = value.chars().allMatch(c -> c > ' ' && c < 0x7f);
      boolean fits = !value.isEmpty() && value.length() <= REF_CHARS_MAX;
      expect(field, visible && fits, "not acceptable", "1 to 128 visible ASCII characters");
    }
  }

  private static int utf8(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void expect(String field, boolean holds, String found, String expected) {
    if (!holds) {
      throw Problem.invalid(field, field + ": " + found + " (expected " + expected + ")").refusal();
    }
  }
}
