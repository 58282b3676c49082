package tidings.server.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tidings.server.config.Launch;

/** The options that say where the configuration is. */
final class ConfigOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration, a YAML file.")
  private @Nullable Path config;

  @Option(
      names = "--env-file",
      paramLabel = "FILE",
      description =
          "A file of NAME=value lines, as if they stood in the environment; repeatable, a later one"
              + " wins, the environment over all.")
  private List<Path> envFiles = List.of();

  Launch launch(@Nullable Integer port, @Nullable Path data, boolean dev) {
    return new Launch(config, envFiles, System.getenv(), port, data, dev);
  }
}
