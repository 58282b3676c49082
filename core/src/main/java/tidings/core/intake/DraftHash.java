package tidings.core.intake;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;

/** The content hash that tells a retry with the same {@code ref} from a different notification. */
final class DraftHash {
  private DraftHash() {}

  /** SHA-256 over the draft's fields, each with its length, before any default is filled in. */
  static byte[] of(Draft draft) {
    MessageDigest digest = sha256();
    for (Address address : draft.to()) {
      field(digest, address.toString());
    }
    field(digest, draft.title());
    field(digest, draft.body());
    field(digest, draft.type());
    field(digest, draft.source());
    field(digest, draft.level().text());
    field(digest, draft.link());
    field(digest, draft.icon());
    field(digest, draft.data() == null ? null : draft.data().text());
    field(digest, draft.key());
    field(digest, text(draft.expires()));
    field(digest, text(draft.time()));
    if (draft.onlyActive()) { // refs of before there was such a thing stay good
      field(digest, "onlyActive");
    }
    return digest.digest();
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  private static void field(MessageDigest digest, @Nullable String value) {
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    int length = bytes == null ? -1 : bytes.length;
    for (int shift = 24; shift >= 0; shift -= 8) {
      digest.update((byte) (length >> shift));
    }
    if (bytes != null) {
      digest.update(bytes);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
