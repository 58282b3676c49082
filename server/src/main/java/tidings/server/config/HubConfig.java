package tidings.server.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The whole configuration, checked. Immutable.
 *
 * @param dev whether the hub runs for its developer alone ({@code --dev})
 */
public record HubConfig(
    HttpConfig http,
    StoreConfig store,
    AccessConfig access,
    List<RabbitSourceConfig> sources,
    LoggingConfig logging,
    boolean dev) {

  public HubConfig {
    sources = List.copyOf(sources);
  }

  /**
   * Reads the file, what the environment says over it, and what the flags say over both.
   *
   * @throws InvalidConfiguration with everything that is wrong
   */
  public static HubConfig load(Launch launch) throws InvalidConfiguration {
    return load(launch, true);
  }

  /**
   * Where a hub keeps its log: as {@link #load}, but nobody needs to be given access.
   *
   * @throws InvalidConfiguration with everything that is wrong
   */
  public static StoreConfig loadStore(Launch launch) throws InvalidConfiguration {
    return load(launch, false).store;
  }

  private static HubConfig load(Launch launch, boolean serves) throws InvalidConfiguration {
    Reading reading = Reading.of(launch, flags(launch));
    Path file = launch.file();
    Node root = file == null ? null : Document.read(file, reading::fault);
    Section section = new Section(reading, "", root);
    HubConfig config = section.read(s -> read(s, launch.dev()));
    if (serves && !launch.dev() && config.access.isEmpty()) {
      section.fault(
          "access",
          "nobody may publish or read. Under access, write keys: [{id: main, algorithm: HS256,"
              + " secret-file: key}] (openssl rand -hex 32 > key makes one) or public-topics:"
              + " [\"#\"]; or try the hub on this machine alone with --dev");
    }
    reading.finish();
    return config;
  }

  /** The reference of all keys, as a page in Markdown. */
  public static String reference() {
    Reading reading = Reading.ofNothing();
    read(new Section(reading, "", null), false);
    return Reference.page(reading.settings());
  }

  private static HubConfig read(Section section, boolean dev) {
    return new HubConfig(
        section.section(
            "http", "The port that everything is served on.", http -> HttpConfig.read(http, dev)),
        section.section("store", "Where notifications are kept, and how long.", StoreConfig::read),
        section.section(
            "access",
            "Who may publish and read. The hub starts only with keys, public topics or `--dev`.",
            AccessConfig::read),
        sources(section),
        section.section(
            "logging",
            "What the hub writes to standard error. The logger `tidings.audit` tells, at level info,"
                + " who was refused (401, 403, 429) and who signed in or out (the first time at once,"
                + " repetitions summed up each minute), and who administered the hub: client, call,"
                + " status, user and request id, never a token or what a client wrote. A network"
                + " (of IPv6, /48) that is refused in more than 16 ways within a minute is told with"
                + " the call `several`, and what is beyond 200 ways of all is one number. Of who"
                + " signs in or out 200 are told apart besides, whoever is refused.",
            LoggingConfig::read),
        dev);
  }

  private static List<RabbitSourceConfig> sources(Section section) {
    List<RabbitSourceConfig> sources =
        section.sections(
            "sources", "Where notifications come from, beside HTTP.", RabbitSourceConfig::read);
    Set<String> names = new HashSet<>();
    for (RabbitSourceConfig source : sources) {
      if (!names.add(source.name())) {
        section.fault("sources", "two have the name " + source.name());
      }
    }
    return sources;
  }

  private static Map<String, Variables.Value> flags(Launch launch) {
    Map<String, Variables.Value> flags = new HashMap<>();
    Integer port = launch.port();
    if (port != null) {
      flags.put("http.port", new Variables.Value(port.toString(), "--port"));
    }
    Path data = launch.data();
    if (data != null) {
      String database = data.toAbsolutePath().resolve("tidings.db").toString();
      flags.put("store.sqlite", new Variables.Value(database, "--data"));
    }
    return flags;
  }
}
