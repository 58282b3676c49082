package tidings.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tidings.server.config.HubConfig;
import tidings.server.config.InvalidConfiguration;

/** The options that make a hub's configuration. */
public final class HubSetup {
  @Mixin private StoreOptions store = new StoreOptions();

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The TCP port, over http.port; 0 takes any free one.")
  private @Nullable Integer port;

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
    return HubConfig.load(store.launch(port, dev));
  }
}
