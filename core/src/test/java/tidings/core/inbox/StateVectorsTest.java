package tidings.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.Vectors;
import tools.jackson.databind.JsonNode;

/** protocol/vectors/states.json: what is done in turn, and what the entry then is. */
final class StateVectorsTest {
  private static final long POSITION = 50;

  static Stream<JsonNode> cases() {
    return Vectors.read("states.json", "cases");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theEntryIsWhatWasDoneLastToIt(JsonNode vector) {
    boolean direct = vector.get("direct").asBoolean();
    Person person = Person.begins(1, "alice", vector.get("begin").asLong());
    Touched exception = null;
    for (JsonNode step : vector.get("steps").values()) {
      long rev = person.rev();
      if (step.has("touch")) {
        Change.Touch touch = touch(step.get("touch"), direct);
        Touched made = ReadState.touch(person, touch, touch.entries().getFirst(), exception);
        if (made != null) {
          exception = made;
          person = person.touched();
        }
      } else {
        Mark.Kind kind =
            step.has("seen")
                ? Mark.Kind.SEEN
                : step.has("read") ? Mark.Kind.READ : Mark.Kind.ARCHIVED;
        long upTo = step.values().iterator().next().asLong();
        Change.MarkAll all = new Change.MarkAll(kind, upTo);
        Touched before = exception;
        person = person.marked(all, before != null && ReadState.ends(person, all, before));
        if (person.rev() == rev && exception != null && kind != Mark.Kind.SEEN) {
          exception = dropped(person, new Change.DropBelow(kind, upTo, rev), exception);
        }
      }
    }
    State state = ReadState.state(person, exception, POSITION, direct);
    assertThat(state.name().toLowerCase(Locale.ROOT)).isEqualTo(vector.get("state").asString());
    assertThat(state == State.UNREAD && ReadState.isUnseen(person, exception, POSITION))
        .isEqualTo(vector.get("unseen").asBoolean());
  }

  private static @Nullable Touched dropped(
      Person person, Change.DropBelow drop, Touched exception) {
    return ReadState.ends(person, drop, exception)
        ? ReadState.left(person, drop, exception)
        : exception;
  }

  private static Change.Touch touch(JsonNode flags, boolean direct) {
    return new Change.Touch(
        List.of(new Change.Touch.At(POSITION, direct)),
        flag(flags, "read"),
        flag(flags, "archived"));
  }

  private static @Nullable Boolean flag(JsonNode flags, String name) {
    return flags.has(name) ? flags.get(name).asBoolean() : null;
  }
}
