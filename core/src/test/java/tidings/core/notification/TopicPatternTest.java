package tidings.core.notification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopicPatternTest {

  /** Walking through all its states would hold an event loop up. */
  @Test
  void aPatternMadeToHaveManyStatesGetsTheCarefulAnswer() {
    TopicPattern many = TopicPattern.of("#.a.*.*.*.*.*.*.*.*.*.*");
    assertThat(many.covers(many)).isFalse();
    assertThat(many.overlaps(many)).isTrue();
    assertThat(TopicPattern.ALL.covers(TopicPattern.of("#.a.*.*.*"))).isTrue();
  }
}
