package tidings.server.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tidings.core.notification.AddressPattern;

/**
 * Who may publish and read.
 *
 * @param publicTopics what may be read without a token
 * @param keys what tokens are verified with
 */
public record AccessConfig(List<AddressPattern> publicTopics, List<AccessKey> keys) {

  public AccessConfig {
    publicTopics = List.copyOf(publicTopics);
    keys = List.copyOf(keys);
  }

  boolean isEmpty() {
    return publicTopics.isEmpty() && keys.isEmpty();
  }

  static AccessConfig read(Section section) {
    List<AddressPattern> publicTopics =
        section.list(
            "public-topics",
            Kind.PUBLIC,
            "What may be read without a token. The word `everyone` means that address.");
    List<AccessKey> keys =
        section.sections("keys", "What tokens are verified with.", AccessKey::read);
    Set<List<String>> names = new HashSet<>();
    for (AccessKey key : keys) {
      if (!names.add(List.of(key.issuer() == null ? "" : key.issuer(), key.id()))) {
        section.fault("keys", "two of one issuer have the id " + key.id());
      }
    }
    return new AccessConfig(publicTopics, keys);
  }
}
