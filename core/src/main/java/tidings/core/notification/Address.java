package tidings.core.notification;

import java.nio.charset.StandardCharsets;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * Whom a notification is for. Its text form is {@code everyone}, {@code user:ID} or {@code
 * topic:a.b}.
 */
public sealed interface Address {

  /** The one address that every reader may read. */
  Everyone EVERYONE = new Everyone();

  /** About how many bytes of memory it takes. */
  int weight();

  /** All readers. */
  record Everyone() implements Address {
    @Override
    public int weight() {
      return 0; // there is one
    }

    @Override
    public String toString() {
      return "everyone";
    }
  }

  /**
   * One person, by the opaque id that tokens carry as {@code sub}: 1 to 128 bytes of UTF-8 without
   * controls or spaces, and not {@code *}.
   */
  record User(String id) implements Address {
    static final int BYTES_MAX = 128;

    public User {
      if (!isId(id)) {
        throw Problem.invalid(
                "to",
                "user id \"%s\" (expected 1 to 128 bytes without spaces or controls, and not *)"
                    .formatted(id))
            .refusal();
      }
    }

    /** Whether a text can be a user's id. */
    public static boolean isId(String id) {
      return !id.isEmpty()
          && id.length() <= BYTES_MAX
          && !id.equals("*")
          && id.codePoints().noneMatch(User::isSpaceOrControl)
          && id.getBytes(StandardCharsets.UTF_8).length <= BYTES_MAX;
    }

    private static boolean isSpaceOrControl(int c) {
      return Character.isISOControl(c)
          || Character.isSpaceChar(c)
          || Character.getType(c) == Character.SURROGATE;
    }

    @Override
    public int weight() {
      return 100 + id.length();
    }

    @Override
    public String toString() {
      return "user:" + id;
    }
  }

  /** Those who follow a topic. */
  record OfTopic(Topic topic) implements Address {
    @Override
    public int weight() {
      return 100 + topic.name().length();
    }

    @Override
    public String toString() {
      return "topic:" + topic.name();
    }
  }

  static Address topic(String name) {
    return new OfTopic(new Topic(name));
  }

  static Address user(String id) {
    return new User(id);
  }

  /**
   * Reads an address from its text form.
   *
   * @throws Refusal naming what is wrong with it
   */
  static Address of(String text) {
    if (text.equals("everyone")) {
      return EVERYONE;
    }
    if (text.startsWith("user:")) {
      return new User(text.substring("user:".length()));
    }
    if (text.startsWith("topic:")) {
      return new OfTopic(new Topic(text.substring("topic:".length())));
    }
    throw Problem.invalid(
            "to", "address \"" + text + "\" (expected everyone, user:ID or topic:a.b.c)")
        .refusal();
  }
}
