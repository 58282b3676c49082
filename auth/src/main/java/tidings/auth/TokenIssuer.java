package tidings.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;

/** Signs tokens for users, as the hub's configured keys verify them. Thread-safe. */
public final class TokenIssuer {
  private final String keyId;
  private final JWSAlgorithm algorithm;
  private final JWSSigner signer;

  private TokenIssuer(String keyId, JWSAlgorithm algorithm, JWSSigner signer) {
    this.keyId = keyId;
    this.algorithm = algorithm;
    this.signer = signer;
  }

  /**
   * What a token says (RFC 7519, 4.1).
   *
   * @param id the {@code jti}
   * @param issuer the {@code iss}, null for none
   * @param audience the {@code aud}, null for none
   */
  public record Claims(
      String id,
      String user,
      Grant grant,
      Instant issued,
      Instant expires,
      @Nullable String issuer,
      @Nullable String audience) {}

  /**
   * An issuer with a shared secret.
   *
   * @throws IllegalArgumentException if the secret has fewer than 32 bytes
   */
  public static TokenIssuer hs256(String keyId, byte[] secret) {
    try {
      return new TokenIssuer(keyId, JWSAlgorithm.HS256, new MACSigner(secret));
    } catch (JOSEException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * An issuer with the private half of a pair.
   *
   * @param pem in PKCS #8, as {@code openssl genpkey} writes it
   * @throws IllegalArgumentException if it isn't one of the algorithm, or too weak
   */
  public static TokenIssuer ofPair(String keyId, PairAlgorithm algorithm, String pem) {
    PrivateKey key = algorithm.privateKey(pem);
    return new TokenIssuer(
        keyId, JWSAlgorithm.parse(algorithm.name()), new PairSigner(algorithm, key));
  }

  /** A signed token in its compact form. */
  public String issue(Claims claims) {
    JWSHeader header =
        new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT).keyID(keyId).build();
    SignedJWT token =
        new SignedJWT(
            header,
            new JWTClaimsSet.Builder()
                .jwtID(claims.id)
                .subject(claims.user)
                .issuer(claims.issuer)
                .audience(claims.audience)
                .issueTime(Date.from(claims.issued))
                .expirationTime(Date.from(claims.expires))
                .claim("tidings", grants(claims.grant))
                .build());
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return token.serialize();
  }

  static Map<String, Object> grants(Grant grant) {
    Map<String, Object> grants = new LinkedHashMap<>();
    grants.put("publish", texts(grant.publish()));
    grants.put("subscribe", texts(grant.subscribe()));
    flag(grants, "presence", grant.presence());
    flag(grants, "raw", grant.raw());
    flag(grants, "operate", grant.operate());
    return grants;
  }

  private static void flag(Map<String, Object> grants, String name, boolean granted) {
    if (granted) {
      grants.put(name, true);
    }
  }

  private static List<String> texts(List<AddressPattern> patterns) {
    List<String> texts = new ArrayList<>();
    patterns.forEach(pattern -> texts.add(pattern.toString()));
    return texts;
  }

  /**
   * The JDK's own signatures: for Ed25519, Nimbus needs a library that is used for nothing else.
   */
  private record PairSigner(PairAlgorithm algorithm, PrivateKey key, JCAContext context)
      implements JWSSigner {

    PairSigner(PairAlgorithm algorithm, PrivateKey key) {
      this(algorithm, key, new JCAContext());
    }

    @Override
    public Base64URL sign(JWSHeader header, byte[] input) throws JOSEException {
      try {
        return Base64URL.encode(algorithm.sign(key, input));
      } catch (GeneralSecurityException e) {
        throw new JOSEException(e.getMessage(), e);
      }
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
      return Set.of(JWSAlgorithm.parse(algorithm.name()));
    }

    @Override
    public JCAContext getJCAContext() {
      return context;
    }
  }
}
