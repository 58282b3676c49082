package tidings.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Base64;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Credential;

/**
 * A key that verifies tokens, bound to one algorithm, issuer and audience. Immutable and
 * thread-safe.
 */
public final class TokenKey {
  private final Credential.Key name;
  private final JWSAlgorithm algorithm;
  private final Verifier verifier;
  private final @Nullable String audience;

  /**
   * @param material of which the print is taken: a SHA-256, which tells as little of a key as a
   *     token that it signed
   */
  private TokenKey(
      String id,
      JWSAlgorithm algorithm,
      byte[] material,
      Verifier verifier,
      @Nullable String issuer,
      @Nullable String audience) {
    String print =
        Secret.hash(
            "%s\n%s\n%s"
                .formatted(algorithm, Base64.getEncoder().encodeToString(material), audience));
    this.name = new Credential.Key(issuer, id, print);
    this.algorithm = algorithm;
    this.verifier = verifier;
    this.audience = audience;
  }

  private interface Verifier {
    boolean verifies(JWSHeader header, byte[] input, byte[] signature)
        throws JOSEException, GeneralSecurityException;
  }

  /**
   * A secret that issuer and hub share (HMAC with SHA-256).
   *
   * @param id what tokens call it in {@code kid}
   * @param issuer what their {@code iss} must be, null if any will do
   * @param audience what their {@code aud} must contain, null if any will do
   * @throws IllegalArgumentException if the secret has fewer than 32 bytes
   */
  public static TokenKey hs256(
      String id, byte[] secret, @Nullable String issuer, @Nullable String audience) {
    try {
      MACVerifier mac = new MACVerifier(secret);
      var _ = Mac.getInstance("HmacSHA256"); // reads its policy files now, while it can open files
      return new TokenKey(
          id,
          JWSAlgorithm.HS256,
          secret,
          (header, input, signature) -> mac.verify(header, input, Base64URL.encode(signature)),
          issuer,
          audience);
    } catch (JOSEException | GeneralSecurityException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * The public half of a pair.
   *
   * @param pem as {@code openssl pkey -pubout} writes it
   * @throws IllegalArgumentException if it isn't one of the algorithm, or too weak
   */
  public static TokenKey ofPair(
      String id,
      PairAlgorithm algorithm,
      String pem,
      @Nullable String issuer,
      @Nullable String audience) {
    return ofPair(id, algorithm, algorithm.publicKey(pem), issuer, audience);
  }

  static TokenKey ofPair(
      String id,
      PairAlgorithm algorithm,
      PublicKey key,
      @Nullable String issuer,
      @Nullable String audience) {
    return new TokenKey(
        id,
        JWSAlgorithm.parse(algorithm.name()),
        key.getEncoded(),
        (header, input, signature) -> algorithm.verifies(key, input, signature),
        issuer,
        audience);
  }

  Credential.Key name() {
    return name;
  }

  String id() {
    return name.id();
  }

  /**
   * Whether it may sign tokens of an issuer.
   *
   * @param issuer null for tokens that name none
   */
  boolean isOf(@Nullable String issuer) {
    return name.issuer() == null || name.issuer().equals(issuer);
  }

  @Nullable String audience() {
    return audience;
  }

  /** Whether this key signed the input, with its own algorithm. */
  boolean signed(JWSHeader header, byte[] input, byte[] signature) {
    if (!algorithm.equals(header.getAlgorithm())) {
      return false;
    }
    try {
      return verifier.verifies(header, input, signature);
    } catch (JOSEException | GeneralSecurityException e) {
      return false; // a signature of the wrong shape
    }
  }

  @Override
  public String toString() {
    return algorithm + " key " + id();
  }
}
