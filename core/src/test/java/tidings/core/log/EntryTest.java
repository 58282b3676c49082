package tidings.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

class EntryTest {

  private static Entry to(List<Address> addresses) {
    return new Entry(
        1,
        Entry.Kind.NOTIFICATION,
        new UUID(0, 0),
        addresses,
        null,
        null,
        Level.INFO,
        Entry.NEVER,
        new byte[300]);
  }

  @Test
  void anAddressWeighsWhatItTakesInMemory() {
    List<Address> users =
        IntStream.range(0, 1_000).mapToObj(i -> Address.user("user-%03d".formatted(i))).toList();
    assertThat(to(users).weight() - to(List.of(Address.EVERYONE)).weight())
        .isBetween(100_000, 120_000);
  }
}
