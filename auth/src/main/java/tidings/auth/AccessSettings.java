package tidings.auth;

import java.util.List;
import tidings.core.notification.AddressPattern;

/**
 * Who may come, as an operator configured it.
 *
 * @param keys what tokens are verified with; no two of one issuer have the same id
 * @param publicly what may be read without a token
 * @param dev whether whoever comes without a token is user {@code dev} with every grant
 */
public record AccessSettings(List<TokenKey> keys, List<AddressPattern> publicly, boolean dev) {

  public AccessSettings {
    keys = List.copyOf(keys);
    publicly = List.copyOf(publicly);
  }
}
