package tidings.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tidings.core.notification.Level;

final class SortsTest {
  private final Sorts sorts = new Sorts();

  private static Sorts.Sort sort(String type) {
    return new Sorts.Sort(type, "", Level.INFO);
  }

  @Test
  void aSortKeepsItsNumber() {
    sorts.put(7, sort("a"));
    assertThat(sorts.number(sort("a"))).isEqualTo(7);
    assertThat(sorts.number(sort("b"))).isEqualTo(8);
    assertThat(sorts.number(sort("b"))).isEqualTo(8);
    assertThat(sorts.get(8)).isEqualTo(sort("b"));
    assertThat(sorts.get(9)).isNull();
  }

  @Test
  void thereAreNoMoreThanAreKept() {
    for (int i = 0; i < Sorts.MAX; i++) {
      assertThat(sorts.number(sort("t" + i))).isEqualTo(i + 1);
    }
    assertThat(sorts.number(sort("x"))).isEqualTo(Sorts.UNKNOWN);
    assertThat(sorts.number(sort("t5"))).isEqualTo(6);
  }
}
