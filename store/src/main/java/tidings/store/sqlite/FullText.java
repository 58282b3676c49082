package tidings.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tidings.core.inbox.Words;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.TopicPattern;

/** How the full text says for whom a notification is, and how it is asked. */
final class FullText {
  private static final String EVERYONE = "e";
  private static final String USER = "u";

  /** For any topic; with a hash, for this topic … */
  private static final String TOPIC = "t";

  /** … or for one below it. */
  private static final String BELOW = "b";

  private static final String NOBODY = "n";
  private static final int HASH_BYTES = 8;

  /** Of so many kinds notifications are asked for; else all of topics are. */
  private static final int WHO_MAX = 32;

  private FullText() {}

  /**
   * For whom a notification is, as words.
   *
   * @param addresses as {@code log} has them
   */
  static String who(String addresses) {
    Set<String> who = new LinkedHashSet<>();
    for (Address address : Rows.addresses(addresses)) {
      who.add(word(address));
      if (address instanceof Address.OfTopic of) {
        who.add(TOPIC);
        String name = of.topic().name();
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
          who.add(word(BELOW, name.substring(0, dot)));
        }
      }
    }
    return String.join(" ", who);
  }

  private static String word(Address address) {
    return switch (address) {
      case Address.Everyone _ -> EVERYONE;
      case Address.User user -> word(USER, user.id());
      case Address.OfTopic of -> word(TOPIC, of.topic().name());
    };
  }

  private static String word(String kind, String name) {
    try {
      byte[] id = name.getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(id);
      return kind + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The query for what has all the words in title or body, among what may be read, and some more of
   * topics if patterns are many, or have words after a wildcard.
   *
   * @param granted what may be read; of what is for users, those that it names count
   */
  static String query(Words words, List<AddressPattern> granted) {
    String text = words.all().stream().map(FullText::phrase).collect(Collectors.joining(" AND "));
    return "({title body} : (%s)) AND (who : (%s))"
        .formatted(text, String.join(" OR ", who(granted)));
  }

  private static Set<String> who(List<AddressPattern> granted) {
    Set<String> who = new LinkedHashSet<>();
    for (AddressPattern pattern : granted) {
      switch (pattern) {
        case AddressPattern.One one -> who.add(word(one.address()));
        case AddressPattern.AnyUser _ -> {}
        case AddressPattern.Topics topics -> add(topics.pattern(), who);
      }
    }
    if (who.contains(TOPIC) || who.size() > WHO_MAX) {
      who.removeIf(word -> word.startsWith(TOPIC) || word.startsWith(BELOW));
      who.add(TOPIC);
    }
    return who.isEmpty() ? Set.of(NOBODY) : who;
  }

  private static void add(TopicPattern pattern, Set<String> who) {
    String prefix = pattern.prefix();
    if (prefix.isEmpty()) {
      who.add(TOPIC);
    } else {
      who.add(word(BELOW, prefix));
      if (pattern.matches(prefix)) {
        who.add(word(TOPIC, prefix));
      }
    }
  }

  private static String phrase(Words.Word word) {
    return "\"" + word.text().replace("\"", "\"\"") + "\"" + (word.prefix() ? "*" : "");
  }
}
