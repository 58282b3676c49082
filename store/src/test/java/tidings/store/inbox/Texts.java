package tidings.store.inbox;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import tidings.core.inbox.Words;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Title and body of a notification, in words. */
final class Texts {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Of the few texts that tests make, again and again. */
  private static final Map<String, List<String>> TOKENS = new ConcurrentHashMap<>();

  private final List<List<String>> texts;
  private final Map<Words, Boolean> looked = new HashMap<>(); // the same few are asked for often

  Texts(byte[] notification) {
    JsonNode json = MAPPER.readTree(notification);
    texts =
        Stream.of("title", "body")
            .filter(json::has)
            .map(field -> tokens(json.get(field).asString()))
            .toList();
  }

  /** Whether title or body have all the words. */
  boolean have(Words words) {
    return looked.computeIfAbsent(words, this::holds);
  }

  private boolean holds(Words words) {
    return words.all().stream()
        .allMatch(word -> texts.stream().anyMatch(text -> holds(text, word)));
  }

  private static boolean holds(List<String> text, Words.Word word) {
    List<String> phrase = tokens(word.text());
    if (!word.prefix()) {
      return Collections.indexOfSubList(text, phrase) >= 0;
    }
    for (int at = 0; at + phrase.size() <= text.size(); at++) {
      List<String> found = text.subList(at, at + phrase.size());
      if (found.subList(0, phrase.size() - 1).equals(phrase.subList(0, phrase.size() - 1))
          && found.getLast().startsWith(phrase.getLast())) {
        return true;
      }
    }
    return false;
  }

  private static List<String> tokens(String text) {
    return TOKENS.computeIfAbsent(text, Texts::split);
  }

  private static List<String> split(String text) {
    String plain =
        Normalizer.normalize(text, Normalizer.Form.NFD)
            .replaceAll("\\p{M}", "")
            .toLowerCase(Locale.ROOT);
    return Arrays.stream(plain.split("[^\\p{L}\\p{N}\\p{Co}]+", -1))
        .filter(token -> !token.isEmpty())
        .toList();
  }
}
