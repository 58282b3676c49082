package tidings.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.log.Entry;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

/** Makes new entries for tests. */
public final class Drafts {
  public static final Publisher ALICE = Publisher.subject("alice");
  public static final Publisher BOB = Publisher.subject("bob");

  private Drafts() {}

  /** An entry with a title, for addresses ({@code everyone} if none is given). */
  public static NewEntry entry(String title, String... to) {
    return make(title, null, null, null, null, null, to);
  }

  /** An entry of Alice's with a ref and a content hash made of one number. */
  public static NewEntry withRef(String title, String ref, int hash) {
    return make(title, ref, hash(hash), null, null, null);
  }

  /** What no store can take: a ref without its hash. */
  public static NewEntry withoutHash(String title, String ref) {
    return make(title, ref, null, null, null, null);
  }

  public static NewEntry keyed(String title, String key, String... to) {
    return make(title, null, null, null, null, key, to);
  }

  public static NewEntry withRaw(String title, byte[] raw) {
    return make(title, null, null, raw, null, null);
  }

  public static NewEntry delivered(String title, String source, int hash, int kept) {
    return make(title, null, null, null, new NewEntry.Delivery(source, hash(hash), kept), null);
  }

  public static byte[] hash(int number) {
    byte[] hash = new byte[32];
    Arrays.fill(hash, (byte) number);
    return hash;
  }

  private static NewEntry make(
      String title,
      @Nullable String ref,
      byte @Nullable [] hash,
      byte @Nullable [] raw,
      NewEntry.@Nullable Delivery delivery,
      @Nullable String key,
      String... to) {
    UUID id = UUID.randomUUID();
    List<Address> addresses = new ArrayList<>();
    for (String address : to.length == 0 ? new String[] {"everyone"} : to) {
      addresses.add(Address.of(address));
    }
    String json = "{\"id\":\"" + id + "\",\"title\":\"" + title + "\"}";
    return new NewEntry(
        id,
        ALICE,
        addresses,
        "order.placed",
        "shop",
        Level.WARNING,
        1_760_000_000_000L,
        1_760_000_000_000L,
        Entry.NEVER,
        json.getBytes(StandardCharsets.UTF_8),
        raw,
        ref,
        hash,
        key,
        delivery,
        false);
  }
}
