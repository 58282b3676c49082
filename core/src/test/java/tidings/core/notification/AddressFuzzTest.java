package tidings.core.notification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tidings.core.problem.Refusal;

/** Whatever stands where an address or a pattern may, against the grammar of the protocol. */
final class AddressFuzzTest {
  private static final int ROUNDS =
      System.getenv("TIDINGS_TEST_LONG") == null ? 200_000 : 2_000_000;

  private static final String[] PARTS = {
    "everyone",
    "user:",
    "topic:",
    "Topic:",
    "a",
    "B",
    "7",
    "_",
    "-",
    ".",
    "..",
    "*",
    "#",
    ":",
    " ",
    "\t",
    "\r\n",
    "\0",
    "\u007f",
    "\u0085",
    "\u00a0",
    "\u2028",
    "\u3000",
    "é",
    "😀",
    "\ud800",
    "\udc00",
    "/",
    "%",
    "a.b.c.d.e.f",
    "0123456789".repeat(6),
    "ü".repeat(30)
  };

  private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+){0,11}");
  private static final Pattern TOPICS =
      Pattern.compile("([A-Za-z0-9_-]+|[*#])(\\.([A-Za-z0-9_-]+|[*#])){0,11}");
  private static final Pattern USER = Pattern.compile("[^\\p{Cc}\\p{Z}\\p{Cs}]+");

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(7); n >= 0; n--) {
      text.append(PARTS[random.nextInt(PARTS.length)]);
    }
    return text.toString();
  }

  @Test
  void whateverComesIsReadAsItStandsOrRefused() {
    int read = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String text = text();
      boolean address = isOne(text, TOPIC);
      boolean pattern = isOne(text, TOPICS) || text.equals("user:*");
      assertThat(reads(text, Address::of)).as("seed %d: address %s", seed, text).isEqualTo(address);
      assertThat(reads(text, AddressPattern::of))
          .as("seed %d: pattern %s", seed, text)
          .isEqualTo(pattern);
      read += address ? 1 : 0;
    }
    assertThat(read).isGreaterThan(ROUNDS / 100);
  }

  private static boolean isOne(String text, Pattern topics) {
    if (text.startsWith("topic:")) {
      String name = text.substring("topic:".length());
      return name.length() <= 200 && topics.matcher(name).matches();
    }
    if (text.startsWith("user:")) {
      String id = text.substring("user:".length());
      return USER.matcher(id).matches() && id.getBytes(UTF_8).length <= 128 && !id.equals("*");
    }
    return text.equals("everyone");
  }

  private static boolean reads(String text, Function<String, Object> reader) {
    try {
      assertThat(reader.apply(text)).hasToString(text);
      return true;
    } catch (Refusal expected) {
      return false;
    }
  }
}
