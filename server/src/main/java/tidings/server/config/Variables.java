package tidings.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The environment: that of the process, above those of the environment files. Immutable. */
final class Variables {
  /** What the names of all variables that set a key begin with. */
  static final String PREFIX = "TIDINGS_";

  private static final Pattern LINE = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=(.*)");
  private static final Pattern QUOTED = Pattern.compile("\"(.*)\"|'(.*)'");

  private final Map<String, Value> values;

  /**
   * @param text what the variable holds, never empty
   * @param where its name, behind the file and line if it is from a file
   */
  record Value(String text, String where) {}

  private Variables(Map<String, Value> values) {
    this.values = values;
  }

  static Variables of(Map<String, String> process, List<Path> files, Consumer<String> faults) {
    Map<String, Value> values = new HashMap<>();
    for (Path file : files) {
      read(file, values, faults);
    }
    process.forEach((name, text) -> values.put(name, new Value(text, name)));
    values.values().removeIf(value -> value.text().isEmpty());
    return new Variables(values);
  }

  private static void read(Path file, Map<String, Value> into, Consumer<String> faults) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      faults.accept(file + ": can't be read (expected a file of NAME=value lines): " + e);
      return;
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      String where = file + ":" + (i + 1) + ": ";
      Matcher assignment = LINE.matcher(line);
      if (assignment.matches()) {
        String name = assignment.group(1);
        into.put(name, new Value(unquoted(assignment.group(2)), where + name));
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        faults.accept(where + "expected NAME=value, a comment after #, or an empty line");
      }
    }
  }

  private static String unquoted(String text) {
    Matcher quoted = QUOTED.matcher(text);
    if (!quoted.matches()) {
      return text;
    }
    return quoted.group(1) != null ? quoted.group(1) : quoted.group(2);
  }

  /** The variable's value, or null if it isn't set or is empty. */
  @Nullable Value get(String name) {
    return values.get(name);
  }

  Map<String, Value> all() {
    return values;
  }
}
