package tidings.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The keys of a JWK set (RFC 7517) that verify tokens. A key's algorithm is that of its type; what
 * the set says of it only has to agree.
 *
 * @param keys no two with one id; none only if the set is empty, as one whose keys were all
 *     withdrawn
 * @param passedOver why the others are not used, one text each
 */
record JwkSet(List<Jwk> keys, List<String> passedOver) {
  /** Each may have to be tried for a token that names none. */
  static final int KEYS_MAX = 32;

  private static final int ID_CHARS_MAX = 256;

  /**
   * One key.
   *
   * @param id its {@code kid}, or its thumbprint (RFC 7638) if it has none
   */
  record Jwk(String id, PairAlgorithm algorithm, PublicKey key) {}

  /**
   * Reads a set. Keys that are for something else, or that no token should be verified with, are
   * passed over (RFC 7517, 5).
   *
   * @param algorithms those that the keys may be of
   * @throws IOException if it is no set, has keys of which none is usable, or two with one id
   */
  static JwkSet read(byte[] json, Set<PairAlgorithm> algorithms) throws IOException {
    List<?> items = items(json);
    List<Jwk> keys = new ArrayList<>();
    List<String> passedOver = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < items.size(); i++) {
      Jwk key;
      try {
        key = key(items.get(i), algorithms);
      } catch (ParseException | JOSEException | IllegalArgumentException e) {
        passedOver.add("keys[%d]: %s".formatted(i, e.getMessage()));
        continue;
      }
      if (!ids.add(key.id)) {
        throw new IOException("keys[%d]: another one has its kid, too".formatted(i));
      }
      keys.add(key);
    }
    if (keys.isEmpty() && !items.isEmpty()) {
      throw new IOException("no usable key: " + passedOver);
    }
    return new JwkSet(keys, passedOver);
  }

  private static List<?> items(byte[] json) throws IOException {
    Object keys;
    try {
      keys = TokenClaims.object(new String(json, StandardCharsets.UTF_8)).get("keys");
    } catch (ParseException e) {
      throw new IOException("no JSON object (expected a JWK set)", e);
    }
    if (!(keys instanceof List<?> items)) {
      throw new IOException("no array \"keys\" (expected a JWK set)");
    }
    if (items.size() > KEYS_MAX) {
      throw new IOException("%d keys (expected at most %d)".formatted(items.size(), KEYS_MAX));
    }
    return items;
  }

  @SuppressWarnings("unchecked") // the keys of a JSON object are texts
  private static Jwk key(Object item, Set<PairAlgorithm> algorithms)
      throws ParseException, JOSEException {
    if (!(item instanceof Map<?, ?> members)) {
      throw new IllegalArgumentException("no JSON object");
    }
    JWK jwk = JWK.parse((Map<String, Object>) members);
    if (jwk.isPrivate()) {
      throw new IllegalArgumentException(
          jwk instanceof OctetSequenceKey
              ? "a shared secret (expected a public key)"
              : "a private key, which is no secret any more (expected a public key)");
    }
    requireForSignatures(jwk);
    PairAlgorithm algorithm = algorithm(jwk);
    if (jwk.getAlgorithm() != null && !jwk.getAlgorithm().getName().equals(algorithm.name())) {
      throw new IllegalArgumentException("its alg is not " + algorithm);
    }
    if (!algorithms.contains(algorithm)) {
      throw new IllegalArgumentException(
          "%s is not among the configured algorithms".formatted(algorithm));
    }
    return new Jwk(id(jwk), algorithm, algorithm.checked(publicKey(jwk)));
  }

  private static void requireForSignatures(JWK jwk) {
    if (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE)) {
      throw new IllegalArgumentException("its use is not sig");
    }
    if (jwk.getKeyOperations() != null && !jwk.getKeyOperations().contains(KeyOperation.VERIFY)) {
      throw new IllegalArgumentException("its key_ops lack verify");
    }
  }

  private static PairAlgorithm algorithm(JWK jwk) {
    return switch (jwk) {
      case RSAKey rsa -> PairAlgorithm.RS256;
      case ECKey ec -> PairAlgorithm.ES256;
      case OctetKeyPair pair when pair.getCurve().equals(Curve.Ed25519) -> PairAlgorithm.EdDSA;
      default ->
          throw new IllegalArgumentException("a key of another type (expected RSA, EC or Ed25519)");
    };
  }

  private static PublicKey publicKey(JWK jwk) throws JOSEException {
    return switch (jwk) {
      case RSAKey rsa -> rsa.toPublicKey();
      case ECKey ec -> ec.toPublicKey();
      default -> PairAlgorithm.ed25519(((OctetKeyPair) jwk).getX().decode());
    };
  }

  private static String id(JWK jwk) throws JOSEException {
    String id = jwk.getKeyID();
    if (id == null) {
      return jwk.computeThumbprint().toString();
    }
    if (id.isEmpty()
        || id.length() > ID_CHARS_MAX
        || id.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "its kid is empty, has controls or more than %d characters".formatted(ID_CHARS_MAX));
    }
    return id;
  }
}
