package tidings.server.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the known name that a misspelt one was probably meant to be. */
final class Nearest {
  private static final Pattern INDEX = Pattern.compile("\\[[0-9]+]");

  private Nearest() {}

  /**
   * The end of a message about an unknown key: a key of the same section with a similar name, else
   * a key of that very name elsewhere, else all that the section may hold.
   */
  static String key(String section, String key, Collection<Setting> settings) {
    List<String> here = new ArrayList<>();
    List<String> elsewhere = new ArrayList<>();
    for (Setting setting : settings) {
      if (setting.section().equals(canonical(section))) {
        here.add(setting.key());
      } else if (setting.key().equals(key)) {
        elsewhere.add(setting.path());
      }
    }
    Optional<String> similar = similar(key, here);
    if (similar.isPresent()) {
      return " (did you mean " + similar.get() + "?)";
    }
    return elsewhere.isEmpty()
        ? " (expected one of " + String.join(", ", here) + ")"
        : " (did you mean " + String.join(" or ", elsewhere) + "?)";
  }

  /** A key's path without places in lists, as settings have it. */
  static String canonical(String path) {
    return INDEX.matcher(path).replaceAll("[]");
  }

  /** The end of a message about an unknown name; empty if nothing is similar. */
  static String hint(String name, Collection<String> known) {
    return similar(name, known).map(similar -> " (did you mean " + similar + "?)").orElse("");
  }

  /** The known name with the fewest edits, if those are at most a third of the name's length. */
  private static Optional<String> similar(String name, Collection<String> known) {
    int most = Math.max(2, name.length() / 3);
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(candidate -> distance(name, candidate) <= most);
  }

  /** How many letters must be put in, taken out, changed or swapped with their neighbour. */
  static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        edits[i][j] =
            Math.min(edits[i - 1][j - 1] + change, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[a.length()][b.length()];
  }
}
