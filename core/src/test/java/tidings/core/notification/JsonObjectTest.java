package tidings.core.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTest {

  @Test
  void anEscapedLineBreakIsNone() {
    assertThat(new JsonObject("{\"a\":\"\\r\\n\"}").text()).isEqualTo("{\"a\":\"\\r\\n\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":\n1}", "{\"a\":\r1}", "[1]", "{", ""})
  void whatWouldSplitAFrameOrIsNoObjectIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> new JsonObject(text));
  }
}
