package tidings.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tidings.core.filter.Filter;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;

class AudiencesTest {
  private static final Address.User ALICE = new Address.User("alice");

  /** Else each of many follows that overlap would have an entry held against all mutes again. */
  @Test
  void anAudienceIsFoundOnceByHoweverManyOfItsPatterns() {
    Audiences audiences = new Audiences();
    List<AddressPattern> overlapping =
        Stream.of("topic:a.#", "topic:a.*", "topic:#", "topic:a.b")
            .map(AddressPattern::of)
            .toList();
    Audience audience =
        audiences.of(new Interest(overlapping, overlapping, Filter.NONE, ALICE, List.of()));
    Audience other =
        audiences.of(
            new Interest(overlapping.subList(0, 2), overlapping, Filter.NONE, ALICE, List.of()));
    for (int i = 0; i < 2; i++) {
      List<Audience> found = new ArrayList<>();
      audiences.find(Address.topic("a.b"), found::add);
      assertThat(found).containsExactlyInAnyOrder(audience, other);
    }
  }
}
