package tidings.core.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which credentials a caller came with, so that they can be taken back. */
public sealed interface Credential {

  /**
   * A signed token.
   *
   * @param issuer the issuer of the key, empty if none is configured
   * @param key the configured id of the key that verified the token
   * @param id the token's {@code jti}, null if it has none
   * @param issuedAt the token's {@code iat}, null if it has none
   */
  record Token(String issuer, String key, @Nullable String id, @Nullable Instant issuedAt)
      implements Credential {}
}
