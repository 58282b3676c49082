package tidings.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one start of the program says about its configuration: the file, the environment above it,
 * and the flags above both.
 *
 * @param file the YAML file, null for none
 * @param envFiles files of {@code NAME=value} lines; a later one wins, the process's own
 *     environment wins over all
 * @param environment the process's environment
 * @param port {@code --port}, null if it was not given
 * @param data {@code --data}, the folder of the embedded store, null if it was not given
 * @param dev {@code --dev}
 */
public record Launch(
    @Nullable Path file,
    List<Path> envFiles,
    Map<String, String> environment,
    @Nullable Integer port,
    @Nullable Path data,
    boolean dev) {

  public Launch {
    envFiles = List.copyOf(envFiles);
    environment = Map.copyOf(environment);
  }
}
