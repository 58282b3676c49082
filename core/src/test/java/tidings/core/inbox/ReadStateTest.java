package tidings.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ReadStateTest {
  private final Person fresh = Person.begins(1, "alice", 0);
  private final Person marked = fresh.marked(new Change.MarkAll(Mark.Kind.READ, 100), false);

  private static Touched.Flag is(long rev) {
    return new Touched.Flag(true, rev);
  }

  private static Touched.Flag isNot(long rev) {
    return new Touched.Flag(false, rev);
  }

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
        .isEqualTo(new Touched(50, isNot(2), null));
  }

  @Test
  void whoeverWritesAnExceptionDropsWhatAMarkCovers() {
    Touched covered = new Touched(50, isNot(1), null);
    Change.Touch archive = new Change.Touch(List.of(new Change.Touch.At(50, false)), null, true);
    assertThat(ReadState.touch(marked, archive, archive.entries().getFirst(), covered))
        .isEqualTo(new Touched(50, null, is(2)));
  }

  @Test
  void aLowerMarkEndsOnlyWhatIsAsOldAsItAndSaysTheOpposite() {
    Change.DropBelow drop = new Change.DropBelow(Mark.Kind.READ, 60, 5);
    assertThat(ReadState.ends(marked, drop, new Touched(60, isNot(5), null))).isTrue();
    assertThat(ReadState.ends(marked, drop, new Touched(60, isNot(6), null))).isFalse();
    assertThat(ReadState.ends(marked, drop, new Touched(61, isNot(5), null))).isFalse();
    assertThat(ReadState.ends(marked, drop, new Touched(60, is(5), null))).isFalse();
    assertThat(ReadState.ends(marked, drop, new Touched(60, null, isNot(5)))).isFalse();
    assertThat(ReadState.left(marked, drop, new Touched(60, isNot(5), is(5))))
        .isEqualTo(new Touched(60, null, is(5)));
    assertThat(ReadState.left(marked, drop, new Touched(60, isNot(5), null))).isNull();
  }

  @Test
  void whatIsArchivedMeanwhileIsStillRead() {
    Touched before = new Touched(50, isNot(5), null);
    Person person = at(5);
    Change.DropBelow drop = new Change.DropBelow(Mark.Kind.READ, 60, person.rev());
    Change.Touch archive = new Change.Touch(List.of(new Change.Touch.At(50, false)), null, true);
    Touched meanwhile =
        Objects.requireNonNull(
            ReadState.touch(person, archive, archive.entries().getFirst(), before));
    assertThat(meanwhile).isEqualTo(new Touched(50, isNot(5), is(6)));
    assertThat(ReadState.ends(at(6), drop, meanwhile)).isTrue();
    assertThat(ReadState.left(at(6), drop, meanwhile)).isEqualTo(new Touched(50, null, is(6)));
  }

  /** Who has marked all up to 100, at a later revision. */
  private Person at(long rev) {
    Person person = marked;
    while (person.rev() < rev) {
      person = person.touched();
    }
    return person;
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
