package tidings.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

class WindowTest {

  @Test
  void aWindowWeighsWhatItsEntriesTakeInMemory() {
    List<Address> users = IntStream.range(0, 1_000).mapToObj(i -> Address.user("u" + i)).toList();
    Entry entry =
        new Entry(
            1,
            Entry.Kind.NOTIFICATION,
            new UUID(0, 0),
            users,
            null,
            null,
            Level.INFO,
            Entry.NEVER,
            new byte[300]);
    assertThat(new Window("epoch", 1, 1, List.of(entry)).weight()).isEqualTo(entry.weight());
  }
}
