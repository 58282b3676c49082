package tidings.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RememberedTest {
  @Test
  void eachRememberedDeliveryIsUsedOnce() {
    Remembered remembered =
        new Remembered(List.of(hash("k", "twin"), hash("k", "one"), hash("k", "twin")));
    assertThat(remembered.use(hash("k", "twin"))).isTrue();
    assertThat(remembered.use(hash("k", "twin"))).isTrue();
    assertThat(remembered.use(hash("k", "twin"))).isFalse();
    assertThat(remembered.use(hash("k", "one"))).isTrue();
    assertThat(remembered.use(hash("k", "other"))).isFalse();
  }

  @Test
  void keyAndBodyAreToldApart() {
    assertThat(hash("ab", "c")).isNotEqualTo(hash("a", "bc"));
    assertThat(hash("é", "")).isNotEqualTo(hash("", "é"));
  }

  private static byte[] hash(String key, String body) {
    return new Delivery(
            1, true, key, new AMQP.BasicProperties.Builder().build(), body.getBytes(UTF_8))
        .hash();
  }
}
