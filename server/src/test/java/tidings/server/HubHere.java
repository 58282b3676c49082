package tidings.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tidings.server.config.HubConfig;
import tidings.server.config.Launch;

/** A hub within this process: it starts in a part of the time that one of its own takes. */
final class HubHere implements AutoCloseable {
  private final RunningHub hub;

  private HubHere(Launch launch) throws Exception {
    this.hub =
        RunningHub.start(
            HubConfig.load(launch),
            failure -> {
              throw new IllegalStateException(failure);
            });
  }

  /** One for trying out, on a free port, which keeps its log in a folder. */
  static HubHere dev(Path folder) throws Exception {
    return new HubHere(new Launch(null, List.of(), Map.of(), 0, folder, true));
  }

  /** One as it is configured. */
  static HubHere of(Path config) throws Exception {
    return new HubHere(new Launch(config, List.of(), Map.of(), null, null, false));
  }

  String url() {
    return hub.url();
  }

  /** Stops it, in order. */
  @Override
  public void close() {
    hub.stop();
  }
}
