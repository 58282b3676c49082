package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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

  @Test
  void anEd25519TokenIsVerifiedByThePublicKey() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    String token = TokenIssuer.eddsa("pair", pem).issue(CLAIMS);

    int dot = token.lastIndexOf('.');
    Signature signature = Signature.getInstance("Ed25519");
    signature.initVerify(pair.getPublic());
    signature.update(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
    assertThat(signature.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1)))).isTrue();
  }

  @Test
  void aShortSecretIsRefused() {
    assertThatThrownBy(() -> TokenIssuer.hs256("main", new byte[31]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNoEd25519KeyIsRefused() {
    assertThatThrownBy(() -> TokenIssuer.eddsa("pair", "nonsense"))
        .hasMessageContaining("expected \"-----BEGIN PRIVATE KEY-----\"");
    assertThatThrownBy(() ->
            TokenIssuer.eddsa(
                "pair", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
        .hasMessageContaining("not a private key of Ed25519");
  }
}
