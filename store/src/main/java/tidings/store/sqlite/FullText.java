package tidings.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Words;
import tidings.core.notification.Address;

/** How the full text says for whom a notification is, and how it is asked. */
final class FullText {
  private static final String EVERYONE = "e";
  private static final String TOPIC = "t";
  private static final int HASH_BYTES = 8;

  private FullText() {}

  /**
   * For whom a notification is, as words.
   *
   * @param addresses as {@code log} has them
   */
  static String who(String addresses) {
    Set<String> who = new LinkedHashSet<>();
    for (Address address : Rows.addresses(addresses)) {
      who.add(
          switch (address) {
            case Address.Everyone _ -> EVERYONE;
            case Address.OfTopic _ -> TOPIC;
            case Address.User user -> word(user);
          });
    }
    return String.join(" ", who);
  }

  private static String word(Address.User user) {
    try {
      byte[] id = user.id().getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(id);
      return "u" + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The query for what has all the words in title or body, among what is for everyone, for a topic,
   * or for a user.
   */
  static String query(Words words, Address.@Nullable User user) {
    String text = words.all().stream().map(FullText::phrase).collect(Collectors.joining(" AND "));
    String own = user == null ? "" : " OR " + word(user);
    return "({title body} : (%s)) AND (who : (%s OR %s%s))".formatted(text, EVERYONE, TOPIC, own);
  }

  private static String phrase(Words.Word word) {
    return "\"" + word.text().replace("\"", "\"\"") + "\"" + (word.prefix() ? "*" : "");
  }
}
