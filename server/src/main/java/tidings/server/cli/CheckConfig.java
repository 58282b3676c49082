package tidings.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tidings.server.config.HubConfig;
import tidings.server.config.InvalidConfiguration;

/** Says whether a hub would start with a configuration, or everything that is wrong with it. */
@Command(
    name = "check-config",
    description = "Checks a configuration and says everything that is wrong with it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  tidings check-config --config hub.yaml",
      "  tidings check-config --reference > configuration.md"
    })
final class CheckConfig implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private HubSetup setup = new HubSetup();

  @Option(names = "--reference", description = "Prints the reference of all keys, as Markdown.")
  private boolean reference;

  @Override
  public Integer call() throws InvalidConfiguration {
    if (reference) {
      spec.commandLine().getOut().print(HubConfig.reference());
      spec.commandLine().getOut().flush();
      return 0;
    }
    HubConfig config = setup.load();
    spec.commandLine()
        .getOut()
        .println(
            "ok: %s port %d, %s, %d public, %d keys, %d sources"
                .formatted(
                    config.http().host(),
                    config.http().port(),
                    config.store().sqlite(),
                    config.access().publicTopics().size(),
                    config.access().keys().size(),
                    config.sources().size()));
    return 0;
  }
}
