package tidings.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tidings.server.config.Setting.Shape;

/**
 * One mapping of the configuration, asked key by key. Each call defines a key: what it may be, its
 * default and its description. A wrong value is noted as a fault and answered with the default, so
 * that all faults are found in one reading. Confined to one thread.
 */
final class Section {
  private final Reading reading;
  private final String path;
  private final int line;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Set<String> asked = new HashSet<>();

  private record Entry(Node value, int line) {}

  /**
   * @param path where this section is, empty for the outermost, {@code sources[0]} in a list
   * @param node what stands there, null for nothing
   */
  Section(Reading reading, String path, @Nullable Node node) {
    this.reading = reading;
    this.path = path;
    this.line = node == null ? 0 : lineOf(node);
    if (node instanceof MappingNode mapping) {
      mapping.getValue().forEach(this::add);
    } else if (node != null && !isNull(node)) {
      reading.fault(line, (path.isEmpty() ? "" : path + ": ") + "expected keys with values");
    }
  }

  private void add(NodeTuple tuple) {
    int keyLine = lineOf(tuple.getKeyNode());
    if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
      reading.fault(keyLine, "expected a key, then a colon");
      return;
    }
    Entry earlier = entries.putIfAbsent(key.getValue(), new Entry(tuple.getValueNode(), keyLine));
    if (earlier != null) {
      reading.fault(
          keyLine, name(key.getValue()) + ": given twice (first on line " + earlier.line + ")");
    }
  }

  /** A key with a default, written as it would be in the file. */
  <T> T get(String key, Kind<T> kind, String fallback, String doc) {
    note(key, kind.expected(), Shape.SCALAR, fallback, null, doc);
    T value = value(key, kind);
    return value != null ? value : parsed(kind, fallback);
  }

  /** A key that may be left out. */
  <T> @Nullable T optional(String key, Kind<T> kind, String doc) {
    note(key, kind.expected(), Shape.SCALAR, null, null, doc);
    return value(key, kind);
  }

  /**
   * A key that must be given.
   *
   * @param example what could stand there
   */
  <T> T required(String key, Kind<T> kind, String example, String doc) {
    note(key, kind.expected(), Shape.SCALAR, null, example, doc);
    T value = value(key, kind);
    if (value == null && !entries.containsKey(key)) {
      fault("", "the key " + key + " is missing (expected " + kind.expected() + ")");
    }
    return value != null ? value : parsed(kind, example);
  }

  /** A path with a default; a relative one starts from the configuration file's folder. */
  Path path(String key, String fallback, String doc) {
    return reading.resolve(get(key, Kind.PATH, fallback, doc));
  }

  /** A path that may be left out; a relative one starts from the configuration file's folder. */
  @Nullable Path path(String key, String doc) {
    Path value = optional(key, Kind.PATH, doc);
    return value == null ? null : reading.resolve(value);
  }

  /**
   * A credential, as a value or as one of {@code KEY-file} and {@code KEY-env}; null if none is
   * given.
   *
   * @param read when its file is read
   */
  @Nullable Secret secret(String key, String doc, String read) {
    String inFile = key + "-file";
    String inVariable = key + "-env";
    String value = optional(key, Kind.SECRET, doc);
    Path file = path(inFile, "A file that holds the " + key + "; read " + read + ".");
    String name =
        optional(inVariable, Kind.TEXT, "An environment variable that holds the " + key + ".");
    if (Stream.of(value, file, name).filter(v -> v != null).count() > 1) {
      fault(key, "give only one of %s, %s and %s".formatted(key, inFile, inVariable));
    }
    if (name != null) {
      String held = reading.variable(name);
      if (held == null) {
        fault(inVariable, "the environment variable " + name + " is not set");
        return null;
      }
      return new Secret.Inline(held);
    }
    if (file != null) {
      return new Secret.InFile(file);
    }
    return value == null ? null : new Secret.Inline(value);
  }

  /** A list of values, empty if it is left out. */
  <T> List<T> list(String key, Kind<T> kind, String doc) {
    note(key, "a list, each " + kind.expected(), Shape.LIST, "[]", null, doc);
    List<T> values = new ArrayList<>();
    for (Node item : items(key)) {
      T value = parse(name(key), item, lineOf(item), kind);
      if (value != null) {
        values.add(value);
      }
    }
    return List.copyOf(values);
  }

  /** A section within this one; what it asks for has its defaults if the section is left out. */
  <T> T section(String key, String doc, Function<Section, T> read) {
    note(key, "keys with values", Shape.SECTION, null, null, doc);
    Entry entry = entries.get(key);
    Section section = new Section(reading, name(key), entry == null ? null : entry.value);
    return section.read(read);
  }

  /** A list of sections, empty if it is left out. */
  <T> List<T> sections(String key, String doc, Function<Section, T> read) {
    note(key, "a list of keys with values", Shape.SECTIONS, "[]", null, doc);
    new Section(reading.blank(), name(key) + "[]", null).read(read);
    List<T> values = new ArrayList<>();
    for (Node item : items(key)) {
      String name = name(key) + "[" + values.size() + "]";
      values.add(new Section(reading, name, item).read(read));
    }
    return List.copyOf(values);
  }

  /** Notes a fault of a key, or of the section as a whole if the key is empty. */
  void fault(String key, String text) {
    Entry entry = entries.get(key);
    String where = key.isEmpty() ? path : name(key);
    reading.fault(entry == null ? line : entry.line, (where.isEmpty() ? "" : where + ": ") + text);
  }

  /** Notes a fault of a key, if it is given. */
  void refuse(String key, String text) {
    if (entries.containsKey(key)) {
      fault(key, text);
    }
  }

  /** Reads this section, then refuses the keys that were not asked for. */
  <T> T read(Function<Section, T> read) {
    T value = read.apply(this);
    entries.forEach((key, entry) -> {
      if (!asked.contains(key)) {
        reading.unknown(path, key, entry.line);
      }
    });
    return value;
  }

  private <T> @Nullable T value(String key, Kind<T> kind) {
    if (path.indexOf('[') < 0) {
      Variables.Value above = reading.above(name(key));
      if (above != null) {
        T value = kind.parse().apply(above.text());
        if (value == null) {
          reading.fault(above.where() + ": " + kind.refusal(above.text()));
        }
        return value;
      }
    }
    Entry entry = entries.get(key);
    return entry == null ? null : parse(name(key), entry.value, entry.line, kind);
  }

  private <T> @Nullable T parse(String name, Node node, int at, Kind<T> kind) {
    if (!(node instanceof ScalarNode scalar)) {
      reading.fault(at, name + ": expected " + kind.expected());
      return null;
    }
    T value = isNull(node) ? null : kind.parse().apply(scalar.getValue());
    if (value == null) {
      reading.fault(
          at,
          name
              + ": "
              + (isNull(node)
                  ? "no value (expected " + kind.expected() + ")"
                  : kind.refusal(scalar.getValue())));
    }
    return value;
  }

  private List<Node> items(String key) {
    Entry entry = entries.get(key);
    if (entry == null || isNull(entry.value)) {
      return List.of();
    }
    if (entry.value instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    fault(key, "expected a list");
    return List.of();
  }

  private void note(
      String key,
      String expected,
      Shape shape,
      @Nullable String fallback,
      @Nullable String example,
      String doc) {
    asked.add(key);
    reading.note(
        new Setting(Nearest.canonical(name(key)), expected, shape, fallback, example, doc));
  }

  private String name(String key) {
    return Reading.join(path, key);
  }

  private static <T> T parsed(Kind<T> kind, String text) {
    return Objects.requireNonNull(kind.parse().apply(text), text);
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }
}
