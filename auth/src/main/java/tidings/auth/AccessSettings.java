package tidings.auth;

import java.util.List;
import tidings.core.notification.AddressPattern;

/**
 * Who may come, as an operator configured it.
 *
 * @param keys what tokens are verified with
 * @param publicly what may be read without a token
 * @param dev whether whoever comes without a token is user {@code dev} with every grant
 */
public record AccessSettings(KeyRing keys, List<AddressPattern> publicly, boolean dev) {

  public AccessSettings {
    publicly = List.copyOf(publicly);
  }

  /** With keys that never change, no two of one issuer with the same id. */
  public AccessSettings(List<TokenKey> keys, List<AddressPattern> publicly, boolean dev) {
    this(KeyRing.of(keys), publicly, dev);
  }
}
