package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SkeletonTest {
  @Test
  void buildsAndRuns() {
    assertThat(1 + 1).isEqualTo(2);
  }
}
