package tidings.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import tidings.auth.AccessSettings;
import tidings.auth.TokenKey;
import tidings.server.cli.Failure;
import tidings.server.config.AccessKey;
import tidings.server.config.HubConfig;

/** Reads the keys of a configuration. */
final class Access {

  private Access() {}

  /**
   * @throws Failure if a key's file can't be read or holds no key
   */
  static AccessSettings settings(HubConfig config) throws Failure {
    List<TokenKey> keys = new ArrayList<>();
    for (AccessKey key : config.access().keys()) {
      try {
        keys.add(key(key));
      } catch (IOException | IllegalArgumentException e) {
        throw new Failure("access.keys: %s: %s".formatted(key.id(), e.getMessage()), e);
      }
    }
    return new AccessSettings(keys, config.access().publicTopics(), config.dev());
  }

  private static TokenKey key(AccessKey key) throws IOException {
    return switch (key) {
      case AccessKey.Hs256 shared ->
          TokenKey.hs256(
              shared.id(),
              shared.secret().value().getBytes(StandardCharsets.UTF_8),
              shared.issuer(),
              shared.audience());
      case AccessKey.Pair pair ->
          TokenKey.ofPair(
              pair.id(),
              pair.algorithm(),
              Files.readString(pair.publicKey()),
              pair.issuer(),
              pair.audience());
    };
  }
}
