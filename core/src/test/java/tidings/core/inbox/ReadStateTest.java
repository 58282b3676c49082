package tidings.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ReadStateTest {
  private final Person fresh = Person.begins(1, "alice", 0);
  private final Person marked = fresh.marked(new Change.MarkAll(Mark.Kind.READ, 100), false);

  private static Change.Touch touch(long position, Boolean read) {
    return new Change.Touch(List.of(new Change.Touch.At(position, false)), read, null);
  }

  @Test
  void whatIsSoAlreadyIsNotKept() {
    Change.Touch unread = touch(50, false);
    assertThat(ReadState.touch(fresh, unread, unread.entries().getFirst(), null)).isNull();
    Change.Touch read = touch(50, true);
    assertThat(ReadState.touch(marked, read, read.entries().getFirst(), null)).isNull();
  }

  @Test
  void anExceptionIsOfTheNextRevision() {
    Change.Touch unread = touch(50, false);
    assertThat(ReadState.touch(marked, unread, unread.entries().getFirst(), null))
        .isEqualTo(new Touched(50, false, null, 2));
  }

  @Test
  void whoeverWritesAnExceptionDropsWhatAMarkCovers() {
    Touched covered = new Touched(50, false, null, 1);
    Change.Touch archive = new Change.Touch(List.of(new Change.Touch.At(50, false)), null, true);
    assertThat(ReadState.touch(marked, archive, archive.entries().getFirst(), covered))
        .isEqualTo(new Touched(50, null, true, 2));
  }

  @Test
  void aLowerMarkEndsOnlyWhatIsAsOldAsItAndSaysTheOpposite() {
    Change.DropBelow drop = new Change.DropBelow(Mark.Kind.READ, 60, 5);
    assertThat(ReadState.ends(marked, drop, new Touched(60, false, null, 5))).isTrue();
    assertThat(ReadState.ends(marked, drop, new Touched(60, false, null, 6))).isFalse();
    assertThat(ReadState.ends(marked, drop, new Touched(61, false, null, 5))).isFalse();
    assertThat(ReadState.ends(marked, drop, new Touched(60, true, null, 5))).isFalse();
    assertThat(ReadState.ends(marked, drop, new Touched(60, null, false, 5))).isFalse();
    assertThat(ReadState.left(marked, drop, new Touched(60, false, true, 5)))
        .isEqualTo(new Touched(60, null, true, 5));
    assertThat(ReadState.left(marked, drop, new Touched(60, false, null, 5))).isNull();
  }

  @Test
  void aMarkThatMovesNothingRaisesNothing() {
    Change.MarkAll again = new Change.MarkAll(Mark.Kind.READ, 100);
    assertThat(marked.marked(again, false)).isSameAs(marked);
    assertThat(marked.marked(again, true).read()).isEqualTo(new Mark(100, 2));
    assertThat(marked.marked(new Change.MarkAll(Mark.Kind.READ, 99), true)).isSameAs(marked);
    assertThat(marked.marked(new Change.MarkAll(Mark.Kind.SEEN, 100), true)).isSameAs(marked);
  }

  @Test
  void aMarkIsASeenMarkToo() {
    assertThat(marked.seen()).isEqualTo(100);
    assertThat(marked.marked(new Change.MarkAll(Mark.Kind.ARCHIVED, 40), false).seen())
        .isEqualTo(100);
  }
}
