package tidings.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a YAML file as far as its nodes, which know their lines. */
final class Document {

  private Document() {}

  /** The file's outermost node, or null if it is empty or can't be read, which is a fault then. */
  static @Nullable Node read(Path file, Consumer<String> faults) {
    LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
    try (Reader reader = Files.newBufferedReader(file)) {
      Optional<Node> root = new Compose(settings).composeReader(reader);
      return root.orElse(null);
    } catch (IOException e) {
      faults.accept(file + ": can't be read (expected a YAML file): " + e);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      faults.accept(file + ":" + line + ": not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      faults.accept(file + ": not YAML: " + e.getMessage());
    }
    return null;
  }
}
