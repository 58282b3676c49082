package tidings.server;

import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tidings.server.cli.Failure;
import tidings.server.cli.HubSetup;
import tidings.server.config.HubConfig;
import tidings.server.config.InvalidConfiguration;
import tidings.server.logging.Logging;

/** Runs a hub until the process is told to stop. */
@Command(
    name = "serve",
    description = "Runs a hub; prints \"ready on URL\" once it serves, and stops on SIGTERM.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  tidings serve --dev",
      "  tidings serve --config hub.yaml",
      "  tidings serve --config hub.yaml --env-file prod.env --port 80 --data /var/lib/tidings"
    })
final class Serve implements Callable<Integer> {
  private static final int FATAL = 1;

  @Spec private CommandSpec spec;
  @Mixin private HubSetup setup = new HubSetup();

  @Override
  public Integer call() throws InvalidConfiguration, Failure, InterruptedException {
    HubConfig config = setup.load();
    Logging.start(config.logging());
    RunningHub hub;
    try {
      hub = RunningHub.start(config, Serve::die);
    } catch (Failure e) {
      Logging.stop();
      throw e;
    }
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(() -> {
                  hub.stop();
                  Logging.stop();
                }));
    spec.commandLine().getOut().println("ready on " + hub.url());
    Thread.currentThread().join(); // the process ends by a signal, or by what is fatal
    return 0;
  }

  /** The store can't be trusted any more: nothing may be finished, or answered, on its word. */
  private static void die(Throwable cause) {
    Logger logger = LoggerFactory.getLogger(Serve.class);
    logger.error("the store failed in a way that can't be mended by a retry; the hub stops", cause);
    Logging.stop();
    Runtime.getRuntime().halt(FATAL);
  }
}
