package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tidings.auth.TokenIssuer.Claims;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;

final class TokenIssuerTest {
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
  private static final Claims CLAIMS =
      new Claims(
          "id-1",
          "alice",
          new Grant(
              List.of(AddressPattern.of("topic:shop.#"), AddressPattern.of("user:*")),
              List.of(AddressPattern.of("topic:shop.orders")),
              false,
              true,
              false),
          Instant.parse("2026-11-21T09:00:00Z"),
          Instant.parse("2026-11-21T21:00:00Z"),
          "shop",
          "tidings");

  @Test
  void aTokenSaysWhatTheProtocolExpects() throws Exception {
    SignedJWT token = SignedJWT.parse(TokenIssuer.hs256("main", SECRET).issue(CLAIMS));

    assertThat(token.verify(new MACVerifier(SECRET))).isTrue();
    assertThat(token.getHeader().toJSONObject())
        .isEqualTo(Map.of("alg", "HS256", "typ", "JWT", "kid", "main"));
    assertThat(token.getJWTClaimsSet().toJSONObject())
        .isEqualTo(
            Map.of(
                "jti",
                "id-1",
                "sub",
                "alice",
                "iss",
                "shop",
                "aud",
                "tidings",
                "iat",
                CLAIMS.issued().getEpochSecond(),
                "exp",
                CLAIMS.expires().getEpochSecond(),
                "tidings",
                Map.of(
                    "publish",
                    List.of("topic:shop.#", "user:*"),
                    "subscribe",
                    List.of("topic:shop.orders"),
                    "raw",
                    true)));
  }

  @ParameterizedTest
  @EnumSource
  void aTokenOfAPairIsVerifiedByItsPublicKey(PairAlgorithm algorithm) throws Exception {
    KeyPair pair = Tokens.pair(algorithm);
    String token = TokenIssuer.ofPair("pair", algorithm, Tokens.privatePem(pair)).issue(CLAIMS);

    SignedJWT parsed = SignedJWT.parse(token);
    assertThat(parsed.getHeader().toJSONObject())
        .isEqualTo(Map.of("alg", algorithm.name(), "typ", "JWT", "kid", "pair"));
    assertThat(verified(parsed, pair, algorithm)).isTrue();
  }

  /** Not by the code that is tested, but by Nimbus where it can. */
  private static boolean verified(SignedJWT token, KeyPair pair, PairAlgorithm algorithm)
      throws Exception {
    return switch (algorithm) {
      case RS256 -> token.verify(new RSASSAVerifier((RSAPublicKey) pair.getPublic()));
      case ES256 -> token.verify(new ECDSAVerifier((ECPublicKey) pair.getPublic()));
      case EdDSA -> {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(pair.getPublic());
        signature.update(token.getSigningInput());
        yield signature.verify(token.getSignature().decode());
      }
    };
  }

  @Test
  void aShortSecretIsRefused() {
    assertThatThrownBy(() -> TokenIssuer.hs256("main", new byte[31]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNoPrivateKeyOfTheAlgorithmIsRefused(PairAlgorithm algorithm) {
    assertThatThrownBy(() -> TokenIssuer.ofPair("pair", algorithm, "nonsense"))
        .hasMessageContaining("expected \"-----BEGIN PRIVATE KEY-----\"");
    for (PairAlgorithm other : PairAlgorithm.values()) {
      if (other != algorithm) {
        String pem = Tokens.privatePem(Tokens.pair(other));
        assertThatThrownBy(() -> TokenIssuer.ofPair("pair", algorithm, pem))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("not a private key of");
      }
    }
  }
}
