package tidings.auth;

import java.util.Base64;
import java.util.random.RandomGenerator;

/** Secrets that the hub makes, and what it keeps of them. */
final class Secret {
  private static final int BYTES = 32;

  private Secret() {}

  /**
   * A new one: 256 random bits in 43 characters of base64url.
   *
   * @param random unpredictable in production
   */
  static String make(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return base64(bytes);
  }

  /**
   * What is kept of a secret: its SHA-256. Nobody can try out all secrets of 256 random bits, as
   * they could passwords, so a slow hash would protect nothing; and a lookup by the hash tells
   * nothing by the time it takes, for nobody can choose what the hash of a guess begins with.
   */
  static String hash(String secret) {
    return base64(Sha256.of(secret));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
