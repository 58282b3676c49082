package tidings.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ReferenceTest {

  @Test
  void thePageInDocsIsThatOfTheCode() throws IOException {
    assertThat(Path.of("..", "docs", "configuration.md"))
        .as("docs/configuration.md (./tidings check-config --reference > docs/configuration.md)")
        .hasContent(HubConfig.reference());
  }
}
