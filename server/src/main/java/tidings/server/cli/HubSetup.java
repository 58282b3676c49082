package tidings.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tidings.server.config.HubConfig;
import tidings.server.config.InvalidConfiguration;

/** The options that make a hub's configuration. */
public final class HubSetup {
  @Mixin private ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The TCP port, over http.port; 0 takes any free one.")
  private @Nullable Integer port;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the database tidings.db, over store.sqlite.")
  private @Nullable Path data;

  @Option(
      names = "--dev",
      description =
          "For trying out, on this machine alone: listens on loopback, and who comes without a"
              + " token may do everything.")
  private boolean dev;

  /**
   * @throws InvalidConfiguration with everything that is wrong
   */
  public HubConfig load() throws InvalidConfiguration {
    return HubConfig.load(config.launch(port, data, dev));
  }
}
