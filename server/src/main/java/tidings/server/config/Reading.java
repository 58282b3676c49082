package tidings.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a configuration: what lies over the file, the keys that were asked for, and what
 * was wrong. Confined to one thread.
 */
final class Reading {
  private static final String BLANK = "";

  private final String file;
  private final Path folder;
  private final Variables variables;
  private final Map<String, Variables.Value> flags;
  private final Map<String, Setting> settings;
  private final Set<String> named = new HashSet<>();
  private final List<Unknown> unknown = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();

  private record Unknown(String section, String key, int line) {}

  private record Fault(int line, String text) {}

  private Reading(
      String file,
      Path folder,
      Variables variables,
      Map<String, Variables.Value> flags,
      Map<String, Setting> settings) {
    this.file = file;
    this.folder = folder;
    this.variables = variables;
    this.flags = flags;
    this.settings = settings;
  }

  /**
   * @param flags the values of flags by the path of the key that they set
   */
  static Reading of(Launch launch, Map<String, Variables.Value> flags) {
    List<String> faults = new ArrayList<>();
    Variables variables = Variables.of(launch.environment(), launch.envFiles(), faults::add);
    Path file = launch.file();
    Path parent = file == null ? null : file.toAbsolutePath().getParent();
    Reading reading =
        new Reading(
            file == null ? BLANK : file.toString(),
            parent == null ? Path.of(BLANK).toAbsolutePath() : parent,
            variables,
            flags,
            new LinkedHashMap<>());
    faults.forEach(reading::fault);
    return reading;
  }

  /** A reading of nothing, which only notes the keys that are asked for. */
  static Reading ofNothing() {
    Variables none = Variables.of(Map.of(), List.of(), fault -> {});
    return new Reading(BLANK, Path.of(BLANK), none, Map.of(), new LinkedHashMap<>());
  }

  /** A reading of nothing that notes the keys for this one. */
  Reading blank() {
    return new Reading(BLANK, folder, variables, Map.of(), settings);
  }

  void note(Setting setting) {
    settings.putIfAbsent(setting.path(), setting);
  }

  List<Setting> settings() {
    return List.copyOf(settings.values());
  }

  /** What a flag or a variable says about a key outside lists, null for nothing. */
  Variables.@Nullable Value above(String path) {
    Variables.Value flag = flags.get(path);
    return flag != null ? flag : variables.get(Setting.variableOf(path));
  }

  /** The variable that a key names, null if it isn't set. */
  @Nullable String variable(String name) {
    named.add(name);
    Variables.Value value = variables.get(name);
    return value == null ? null : value.text();
  }

  Path resolve(Path path) {
    return folder.resolve(path).normalize();
  }

  /** Where a line of the file is, as errors begin. */
  String at(int line) {
    return line == 0 ? (file.isEmpty() ? "configuration" : file) : file + ":" + line;
  }

  void fault(String text) {
    faults.add(new Fault(0, text));
  }

  void fault(int line, String text) {
    faults.add(new Fault(line, at(line) + ": " + text));
  }

  void unknown(String section, String key, int line) {
    unknown.add(new Unknown(section, key, line));
  }

  /**
   * Ends the reading, once every key was asked for.
   *
   * @throws InvalidConfiguration with all faults, if there are any
   */
  void finish() throws InvalidConfiguration {
    for (Unknown key : unknown) {
      String nearest = Nearest.key(key.section(), key.key(), settings.values());
      fault(key.line(), join(key.section(), key.key()) + ": unknown key" + nearest);
    }
    refuseUnknownVariables();
    if (!faults.isEmpty()) {
      faults.sort(Comparator.comparingInt(Fault::line));
      throw new InvalidConfiguration(faults.stream().map(Fault::text).toList());
    }
  }

  /**
   * Only names that begin with that of a section are ours to judge: Kubernetes, for one, sets
   * TIDINGS_PORT and TIDINGS_SERVICE_HOST for a service that is called tidings.
   */
  private void refuseUnknownVariables() {
    Map<String, Setting> known = new HashMap<>();
    settings.values().forEach(setting -> known.put(Setting.variableOf(setting.path()), setting));
    variables
        .all()
        .forEach((name, value) -> {
          Setting setting = known.get(name);
          if (setting != null && setting.variable() == null) {
            fault(value.where() + ": " + setting.path() + " can be set in the file only");
          } else if (setting == null && isOurs(name) && !named.contains(name)) {
            List<String> names =
                known.values().stream().map(Setting::variable).filter(n -> n != null).toList();
            fault(value.where() + ": sets no known key" + Nearest.hint(name, names));
          }
        });
  }

  private boolean isOurs(String name) {
    return settings.values().stream()
        .filter(setting -> setting.shape() == Setting.Shape.SECTION && setting.section().isEmpty())
        .anyMatch(setting -> name.startsWith(Setting.variableOf(setting.path()) + "_"));
  }

  static String join(String section, String key) {
    return section.isEmpty() ? key : section + "." + key;
  }
}
