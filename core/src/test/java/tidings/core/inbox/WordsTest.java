package tidings.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import tidings.core.problem.Refusal;

final class WordsTest {

  @Test
  void whiteSpaceSeparatesAndAStarLetsItBeABeginning() {
    assertThat(Words.of(" order-42\u00a0pla*\t\"x\" ").all())
        .containsExactly(
            new Words.Word("order-42", false),
            new Words.Word("pla", true),
            new Words.Word("\"x\"", false));
  }

  @Test
  void aBeginningHasTwoLettersOrDigits() {
    assertThat(Words.of("ab* 東京*").all())
        .containsExactly(new Words.Word("ab", true), new Words.Word("東京", true));
    assertThat(Words.of("order-42* u\u0308b-*").all()).allMatch(Words.Word::prefix).hasSize(2);
    for (String q : List.of("plan a*", "plan order-4*", "plan ü*", "plan u\u0308*", "plan a--*")) {
      assertThatThrownBy(() -> Words.of(q))
          .isInstanceOf(Refusal.class)
          .hasMessageContaining("q: \"%s\" (expected at least 2", q.substring(q.indexOf(' ') + 1));
    }
  }

  @Test
  void twoMayBeBeginnings() {
    assertThatThrownBy(() -> Words.of("ab* cd ef* gh*"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("\"gh*\", the third word with * (expected at most 2)");
  }

  @Test
  void wordsOfSignsArePassedOver() {
    assertThat(Words.of("* AND -- ½").all())
        .containsExactly(new Words.Word("AND", false), new Words.Word("½", false));
    assertThatThrownBy(() -> Words.of("** -- \"")).isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> Words.of(" ")).isInstanceOf(Refusal.class);
  }

  @Test
  void thereIsRoomForTenWordsOfTwoHundredCharacters() {
    assertThat(Words.of("a ".repeat(10)).all()).hasSize(10);
    assertThatThrownBy(() -> Words.of("a ".repeat(11)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("11 words");
    assertThat(Words.of("é".repeat(200)).all()).hasSize(1);
    assertThatThrownBy(() -> Words.of("é".repeat(201))).isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> Words.of("")).isInstanceOf(Refusal.class);
  }
}
