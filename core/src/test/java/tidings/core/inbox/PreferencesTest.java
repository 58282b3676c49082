package tidings.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tidings.core.filter.Filter.SourcePattern;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

final class PreferencesTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private static Preferences follows(String... patterns) {
    return new Preferences(
        List.of(patterns).stream()
            .map(pattern -> new Preferences.Follow(TopicPattern.of(pattern), 0))
            .toList(),
        List.of(),
        null);
  }

  private static Mute source(String text) {
    return new Mute.OfSource(SourcePattern.of(text), null);
  }

  private static @Nullable String refused(Callable<?> making) {
    return catchThrowableOfType(Refusal.class, making::call).problem().field();
  }

  @Test
  void aPatternCountsFromWhereItIsSaved() {
    Preferences first = follows("a.#").after(Preferences.NONE).begun(0, 10);
    assertThat(first.follows()).extracting(Preferences.Follow::since).containsExactly(10L);
    Preferences second = follows("b", "a.#").after(first).begun(0, 20);
    assertThat(second.follows()).extracting(Preferences.Follow::since).containsExactly(20L, 10L);
  }

  @Test
  void narrowingKeepsTheLowestOfWhatCovered() {
    Preferences wide = follows("#").after(follows("a.#").after(Preferences.NONE)).begun(0, 20);
    Preferences both = follows("#", "a.#").after(wide).begun(0, 30);
    assertThat(both.follows()).extracting(Preferences.Follow::since).containsExactly(20L, 20L);
    Preferences narrow =
        follows("a.b")
            .after(
                new Preferences(
                    List.of(
                        new Preferences.Follow(TopicPattern.of("#"), 20),
                        new Preferences.Follow(TopicPattern.of("a.*"), 15),
                        new Preferences.Follow(TopicPattern.of("b"), 1)),
                    List.of(),
                    null))
            .begun(0, 40);
    assertThat(narrow.follows()).extracting(Preferences.Follow::since).containsExactly(15L);
  }

  @Test
  void nothingCountsFromBeforeAUserWhoWasErasedAndBeganAgain() {
    Preferences before = follows("a").after(Preferences.NONE).begun(0, 10);
    Person again = Person.begins(2, "alice", 50);
    Change.Save late = new Change.Save(follows("a").after(before), again.preferencesRev(), NOON);
    assertThat(again.saved(late, 60).preferences().follows())
        .extracting(Preferences.Follow::since)
        .containsExactly(50L);
  }

  @Test
  void whatIsFollowedAgainCountsFromThenOn() {
    Preferences gone = follows().after(follows("a").after(Preferences.NONE).begun(0, 10));
    assertThat(follows("a").after(gone).begun(0, 30).follows())
        .extracting(Preferences.Follow::since)
        .containsExactly(30L);
  }

  @Test
  void thereIsRoomForAHundredOfEach() {
    String[] patterns = IntStream.range(0, 100).mapToObj(i -> "t" + i).toArray(String[]::new);
    assertThat(follows(patterns).follows()).hasSize(100);
    List<String> more = new ArrayList<>(List.of(patterns));
    more.add("x");
    assertThat(refused(() -> follows(more.toArray(String[]::new)))).isEqualTo("follows");
    assertThat(refused(() -> follows("a", "a"))).isEqualTo("follows");
    List<Mute> mutes = Collections.nCopies(100, source("x"));
    assertThat(new Preferences(null, mutes, null).mutes()).hasSize(100);
    assertThat(refused(() -> new Preferences(null, Collections.nCopies(101, source("x")), null)))
        .isEqualTo("mutes");
  }

  @Test
  void aSourceIsATextOfAHundredCharacters() {
    assertThat(source("é".repeat(100) + "*")).isNotNull();
    assertThat(source("*")).isNotNull();
    for (String bad : List.of("", "x".repeat(101), "a\nb", "a\ud800")) {
      assertThat(refused(() -> source(bad))).as(bad).isEqualTo("mutes");
    }
  }

  @Test
  void quietHoursAreOfAKnownZone() {
    assertThat(new QuietHours("22:00", "07:00", "Europe/Berlin")).isNotNull();
    assertThat(refused(() -> new QuietHours("24:00", "07:00", "UTC"))).isEqualTo("quiet.from");
    assertThat(refused(() -> new QuietHours("22:00", "7:00", "UTC"))).isEqualTo("quiet.to");
    assertThat(refused(() -> new QuietHours("22:00", "22:00", "UTC"))).isEqualTo("quiet.to");
    assertThat(refused(() -> new QuietHours("22:00", "23:00", "+01:00"))).isEqualTo("quiet.zone");
  }

  @Test
  void whatIsWrittenIsRead() {
    Preferences all =
        new Preferences(
            List.of(new Preferences.Follow(TopicPattern.of("shop.#"), 17)),
            List.of(
                new Mute.OfType(TopicPattern.of("push"), NOON.plusNanos(1_234_567)),
                new Mute.OfTopic(TopicPattern.of("*.test"), null),
                source("Jenkins nightly *"),
                source("-")),
            new QuietHours("22:00", "07:00", "Europe/Berlin"));
    for (Preferences one : List.of(all, Preferences.NONE, follows())) {
      assertThat(Preferences.parse(one.text())).isEqualTo(one);
    }
  }

  @Test
  void whatCantBeReadAnyMoreIsPassedOver() {
    Preferences stored =
        Preferences.parse(
            """
            list
            follow 3 a.#
            follow x b
            follow 4
            follow 5 a..b
            new 1 2
            type - c
            type 1.5 d
            quiet 22:00 07:00 Europe/Atlantis
            """);
    assertThat(stored)
        .isEqualTo(
            new Preferences(
                List.of(new Preferences.Follow(TopicPattern.of("a.#"), 3)),
                List.of(new Mute.OfType(TopicPattern.of("c"), null)),
                null));
  }

  @Test
  void savingWhatIsSoRaisesNothing() {
    Person person = Person.begins(1, "alice", 5);
    Preferences wanted =
        new Preferences(
                follows("a").follows(),
                List.of(new Mute.OfType(TopicPattern.of("push"), NOON)),
                null)
            .after(person.preferences());
    Person saved = person.saved(new Change.Save(wanted, 0, NOON.minusSeconds(1)), 10);
    assertThat(saved.rev()).isEqualTo(1);
    assertThat(saved.preferencesRev()).isEqualTo(1);
    Preferences again = wanted.after(saved.preferences());
    assertThat(saved.saved(new Change.Save(again, 1, NOON.minusSeconds(1)), 20)).isSameAs(saved);
    Change.Save withoutTheEnded = new Change.Save(follows("a").after(saved.preferences()), 1, NOON);
    assertThat(saved.saved(withoutTheEnded, 20)).isSameAs(saved);
  }

  @Test
  void twoDevicesDoNotUndoEachOther() {
    Person person = Person.begins(1, "alice", 5).touched();
    Change.Save late = new Change.Save(follows("a"), 1, NOON);
    Problem problem = catchThrowableOfType(Refusal.class, () -> person.saved(late, 10)).problem();
    assertThat(problem.kind()).isEqualTo(Problem.Kind.REV_CONFLICT);
  }
}
