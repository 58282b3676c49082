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
 * @param keySets and where more of that is found
 * @param session sessions of browsers
 */
public record AccessConfig(
    List<AddressPattern> publicTopics,
    List<AccessKey> keys,
    List<AccessKeySet> keySets,
    SessionConfig session) {

  public AccessConfig {
    publicTopics = List.copyOf(publicTopics);
    keys = List.copyOf(keys);
    keySets = List.copyOf(keySets);
  }

  boolean isEmpty() {
    return publicTopics.isEmpty() && keys.isEmpty() && keySets.isEmpty();
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
    List<AccessKeySet> keySets =
        section.sections(
            "key-sets",
            "JWK sets (RFC 7517) that issuers publish; tokens are verified with their keys too."
                + " When a set changes, new keys are taken and removed ones end what they signed,"
                + " without a restart.",
            AccessKeySet::read);
    Set<String> issuers = new HashSet<>();
    keys.stream().map(AccessKey::issuer).filter(issuer -> issuer != null).forEach(issuers::add);
    for (AccessKeySet set : keySets) {
      if (!issuers.add(set.issuer())) {
        section.fault(
            "key-sets", set.issuer() + " has other keys as well (expected one set, or keys alone)");
      }
    }
    SessionConfig session =
        section.section(
            "session",
            "Sessions of browsers: `POST /v1/session` starts one with a token.",
            SessionConfig::read);
    return new AccessConfig(publicTopics, keys, keySets, session);
  }
}
