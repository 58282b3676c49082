package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a hub that is killed leaves in the temporary folder. */
final class NativeLibraryTest {
  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void noCopyIsLeftWhileItIsInUse() throws Exception {
    Database.writer(folder.resolve("tidings.db"), 1_000).close();
    List<String> mapped;
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      mapped = lines.filter(line -> line.contains("libsqlitejdbc")).toList();
    }
    assertThat(mapped).isNotEmpty().allSatisfy(line -> assertThat(line).endsWith(" (deleted)"));
  }
}
