package tidings.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ReadmeTest {

  @Test
  void theReadmesExampleIsOneThatIsCompiled() throws IOException {
    String example = Files.readString(Path.of("src/test/java/example/Bell.java"));
    String body = example.substring(example.indexOf("public final class"));

    assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + body + "```\n");
  }
}
