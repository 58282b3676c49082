package tidings.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ColourTest {

  @Test
  void inATerminalThereIsColourUnlessItOrItsUserWantsNone() {
    assertThat(Colour.AUTO.isOn(Map.of("TERM", "xterm"), true)).isTrue();
    assertThat(Colour.AUTO.isOn(Map.of("NO_COLOR", ""), true)).isTrue();
    assertThat(Colour.AUTO.isOn(Map.of("NO_COLOR", "1"), true)).isFalse();
    assertThat(Colour.AUTO.isOn(Map.of("TERM", "dumb"), true)).isFalse();
    assertThat(Colour.AUTO.isOn(Map.of(), false)).isFalse();
  }

  @Test
  void whoAsksForItOrAgainstItIsObeyed() {
    assertThat(Colour.ALWAYS.isOn(Map.of("NO_COLOR", "1"), false)).isTrue();
    assertThat(Colour.NEVER.isOn(Map.of(), true)).isFalse();
  }
}
