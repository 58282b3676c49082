package tidings.core.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which credentials a caller came with, so that they can be taken back. */
public sealed interface Credential {

  /**
   * A key that verifies tokens.
   *
   * @param issuer whose key it is, null if anyone's
   * @param id its name, of which its issuer has one
   * @param print tells it from every other key that ever had these names
   */
  record Key(@Nullable String issuer, String id, String print) {}

  /**
   * A signed token.
   *
   * @param key what verified it
   * @param id the token's {@code jti}, null if it has none
   * @param issuedAt the token's {@code iat}, null if it has none
   */
  record Token(Key key, @Nullable String id, @Nullable Instant issuedAt) implements Credential {}

  /**
   * An API token of the hub's own.
   *
   * @param name which may belong to another token later
   * @param hash what is kept of the secret
   */
  record ApiToken(String name, String hash) implements Credential {}

  /**
   * A browser's session.
   *
   * @param hash what is kept of the cookie
   * @param starter who started it: it ends with those credentials
   */
  record Session(String hash, Caller starter) implements Credential {}
}
