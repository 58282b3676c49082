package tidings.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestTest {

  @ParameterizedTest
  @CsvSource({"port,port,0", "prot,port,1", "prt,port,1", "ports,port,1", "part,port,1", "a,xyz,3"})
  void theDistanceCountsEdits(String name, String known, int edits) {
    assertThat(Nearest.distance(name, known)).isEqualTo(edits);
    assertThat(Nearest.distance(known, name)).isEqualTo(edits);
  }

  @Test
  void aNameThatIsLikeNoneGetsNoHint() {
    assertThat(Nearest.hint("colour", List.of("port", "host"))).isEmpty();
  }
}
