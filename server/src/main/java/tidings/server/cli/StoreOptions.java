package tidings.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tidings.server.config.HubConfig;
import tidings.server.config.InvalidConfiguration;
import tidings.server.config.Launch;
import tidings.server.config.StoreConfig;

/** The options that say where the configuration and the database are. */
final class StoreOptions {
  @Mixin private ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the database tidings.db, over store.sqlite.")
  private @Nullable Path data;

  Launch launch(@Nullable Integer port, boolean dev) {
    return config.launch(port, data, dev);
  }

  /**
   * The part of the configuration that is the store's.
   *
   * @throws InvalidConfiguration with everything that is wrong
   */
  StoreConfig load() throws InvalidConfiguration {
    return HubConfig.loadStore(launch(null, false));
  }
}
