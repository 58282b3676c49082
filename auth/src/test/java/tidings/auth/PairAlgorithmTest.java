package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tidings.auth.Tokens.ascii;
import static tidings.auth.Tokens.base64;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.problem.Refusal;

/** Tokens signed with one half of a pair of keys, and those that only pretend to be. */
final class PairAlgorithmTest {
  private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
  private static final String CLAIMS = claims("shop", "tidings");

  /** A hub that has a key of every algorithm, named after it. */
  private static final JwtAuthenticator AUTHENTICATOR =
      authenticator(
          Stream.concat(
                  Stream.of(TokenKey.hs256("HS256", Tokens.SECRET, "shop", "tidings")),
                  Stream.of(PairAlgorithm.values())
                      .map(one -> key(one.name(), one, "shop", "tidings")))
              .toList());

  private static JwtAuthenticator authenticator(List<TokenKey> keys) {
    return new JwtAuthenticator(new AccessSettings(keys, List.of(), false), () -> NOW, () -> 0);
  }

  private static TokenKey key(String id, PairAlgorithm algorithm, String issuer, String audience) {
    String pem = Tokens.publicPem(Tokens.pair(algorithm));
    return TokenKey.ofPair(id, algorithm, pem, issuer, audience);
  }

  private static String claims(String issuer, String audience) {
    return "{\"sub\":\"alice\",\"iss\":\"%s\",\"aud\":\"%s\",\"exp\":%d}"
        .formatted(issuer, audience, NOW.getEpochSecond() + 60);
  }

  private static String header(String algorithm, String kid) {
    return "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(algorithm, kid);
  }

  private static String header(PairAlgorithm algorithm) {
    return header(algorithm.name(), algorithm.name());
  }

  private static void accepted(String token) {
    assertThat(AUTHENTICATOR.authenticate(token).user()).isEqualTo("alice");
  }

  private static void refused(String token) {
    refused(AUTHENTICATOR, token, "not signed by a configured key");
  }

  private static void refused(JwtAuthenticator authenticator, String token, String said) {
    assertThatThrownBy(() -> authenticator.authenticate(token))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(said);
  }

  private static String withSignature(String token, byte[] signature) {
    return token.substring(0, token.lastIndexOf('.') + 1) + base64(signature);
  }

  private static byte[] signature(String token) {
    return Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1));
  }

  @ParameterizedTest
  @EnumSource
  void aTokenOfEachAlgorithmIsTaken(PairAlgorithm algorithm) {
    accepted(Tokens.signed(algorithm, header(algorithm), CLAIMS));
    accepted(Tokens.signed(algorithm, "{\"alg\":\"" + algorithm + "\"}", CLAIMS));
  }

  @ParameterizedTest
  @EnumSource
  void anotherKeyIsRefused(PairAlgorithm algorithm) {
    KeyPair another =
        switch (algorithm) {
          case RS256 -> Tokens.pair("RSA", 2_048);
          case ES256 -> Tokens.pair("EC", 256);
          case EdDSA -> Tokens.pair("Ed25519", 255);
        };
    refused(Tokens.signed(algorithm, another, header(algorithm), CLAIMS));
  }

  @ParameterizedTest
  @EnumSource
  void whateverIsChangedAfterwardsIsNoticed(PairAlgorithm algorithm) {
    String token = Tokens.signed(algorithm, header(algorithm), CLAIMS);
    refused(token.replace(base64(ascii(CLAIMS)), base64(ascii(CLAIMS.replace("alice", "admin")))));
    byte[] signature = signature(token);
    for (int i = 0; i < signature.length; i++) {
      byte[] flipped = signature.clone();
      flipped[i] ^= 1;
      refused(withSignature(token, flipped));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSignatureOfAnotherLengthIsRefused(PairAlgorithm algorithm) {
    String token = Tokens.signed(algorithm, header(algorithm), CLAIMS);
    byte[] signature = signature(token);
    for (int length : new int[] {1, 2, 32, 63, 65, 66, 96, 128, 255, 257, 512}) {
      refused(withSignature(token, new byte[length]));
      if (length != signature.length) {
        refused(withSignature(token, Arrays.copyOf(signature, length)));
      }
    }
    byte[] padded = new byte[signature.length + 1];
    System.arraycopy(signature, 0, padded, 1, signature.length);
    refused(withSignature(token, padded));
  }

  @ParameterizedTest
  @EnumSource
  void aSignatureOfNothingButZerosOrOnesIsRefused(PairAlgorithm algorithm) {
    String token = Tokens.signed(algorithm, header(algorithm), CLAIMS);
    byte[] signature = signature(token);
    for (int value : new int[] {0, 1, -1}) {
      Arrays.fill(signature, (byte) value);
      refused(withSignature(token, signature));
    }
  }

  /** R and S must each lie between 1 and the order less one (FIPS 186-4, 6.4.2). */
  @Test
  void anEs256SignatureOutsideItsRangeIsRefused() {
    String token = Tokens.signed(PairAlgorithm.ES256, header(PairAlgorithm.ES256), CLAIMS);
    byte[] good = signature(token);
    BigInteger order = ((ECPublicKey) Tokens.P256.getPublic()).getParams().getOrder();
    for (int half : new int[] {0, 32}) {
      for (BigInteger value : List.of(BigInteger.ZERO, order, order.add(BigInteger.ONE))) {
        byte[] changed = good.clone();
        byte[] bytes = value.toByteArray();
        Arrays.fill(changed, half, half + 32, (byte) 0);
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, changed, half + 32 - length, length);
        refused(withSignature(token, changed));
      }
    }
  }

  @Test
  void anEs256SignatureOfWidenedHalvesIsRefused() {
    String token = Tokens.signed(PairAlgorithm.ES256, header(PairAlgorithm.ES256), CLAIMS);
    byte[] good = signature(token);
    byte[] widened = new byte[66];
    System.arraycopy(good, 0, widened, 1, 32);
    System.arraycopy(good, 32, widened, 34, 32);
    refused(withSignature(token, widened));
  }

  @Test
  void anEs256SignatureInDerIsRefused() {
    String input = Tokens.input(header(PairAlgorithm.ES256), CLAIMS);
    byte[] der = Tokens.sign("SHA256withECDSA", Tokens.P256, input);
    refused(input + "." + base64(der));
  }

  @Test
  void anotherHashOrPaddingOfTheSameRsaKeyIsRefused() throws JOSEException {
    String input = Tokens.input(header(PairAlgorithm.RS256), CLAIMS);
    for (String other : List.of("SHA1withRSA", "SHA384withRSA", "SHA512withRSA")) {
      refused(input + "." + base64(Tokens.sign(other, Tokens.RSA, input)));
    }
    JWSHeader pss = new JWSHeader(JWSAlgorithm.PS256);
    refused(input + "." + new RSASSASigner(Tokens.RSA.getPrivate()).sign(pss, ascii(input)));
  }

  /** Whatever the header claims, a key verifies with its own algorithm alone. */
  @ParameterizedTest
  @EnumSource
  void theHeaderDoesNotChooseTheAlgorithm(PairAlgorithm signed) {
    for (String kid : List.of("HS256", "RS256", "ES256", "EdDSA")) {
      for (String said :
          List.of(
              "HS256", "RS256", "ES256", "EdDSA", "Ed25519", "HS512", "RS512", "PS256", "ES384",
              "rs256")) {
        if (!(kid.equals(signed.name()) && said.equals(signed.name()))) {
          refused(Tokens.signed(signed, header(said, kid), CLAIMS));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("publicKeys")
  void aPublicKeyIsNoSecret(byte[] secret) {
    for (PairAlgorithm algorithm : PairAlgorithm.values()) {
      for (String header :
          List.of(
              header("HS256", algorithm.name()),
              header("HS256", "HS256"),
              header(algorithm),
              "{\"alg\":\"HS256\"}")) {
        refused(Tokens.hmac("HmacSHA256", secret, header, CLAIMS));
      }
    }
  }

  static Stream<byte[]> publicKeys() {
    return Stream.of(PairAlgorithm.values())
        .map(Tokens::pair)
        .flatMap(pair -> {
          String pem = Tokens.publicPem(pair);
          byte[] encoded = pair.getPublic().getEncoded();
          return Stream.of(ascii(pem), ascii(pem.strip()), encoded, ascii(base64(encoded)));
        });
  }

  // --- several issuers ---

  @Test
  void issuersMayGiveTheirKeysTheSameName() {
    JwtAuthenticator both =
        authenticator(
            List.of(
                key("main", PairAlgorithm.RS256, "shop", "tidings"),
                key("main", PairAlgorithm.ES256, "wiki", "hub")));
    String shop = header("RS256", "main");
    String wiki = header("ES256", "main");
    String ofShop = claims("shop", "tidings");
    String ofWiki = claims("wiki", "hub");
    assertThat(both.authenticate(Tokens.signed(PairAlgorithm.RS256, shop, ofShop)).user())
        .isEqualTo("alice");
    assertThat(both.authenticate(Tokens.signed(PairAlgorithm.ES256, wiki, ofWiki)).user())
        .isEqualTo("alice");
    refused(
        both,
        Tokens.signed(PairAlgorithm.RS256, shop, ofWiki),
        "not signed by a configured key of its issuer");
    refused(
        both,
        Tokens.signed(PairAlgorithm.ES256, wiki, ofShop),
        "not signed by a configured key of its issuer");
    refused(both, Tokens.signed(PairAlgorithm.RS256, shop, claims("shop", "hub")), "aud is not");
    refused(both, Tokens.signed(PairAlgorithm.ES256, shop, ofShop), "not signed");
  }

  @Test
  void issuersWhoShareAKeyHaveEachTheirOwnAudience() {
    JwtAuthenticator both =
        authenticator(
            List.of(
                key("a", PairAlgorithm.EdDSA, "shop", "tidings"),
                key("b", PairAlgorithm.EdDSA, "wiki", "hub")));
    String unnamed = "{\"alg\":\"EdDSA\"}";
    String wiki = Tokens.signed(PairAlgorithm.EdDSA, unnamed, claims("wiki", "hub"));
    assertThat(both.authenticate(wiki).credential())
        .hasFieldOrPropertyWithValue("key.issuer", "wiki")
        .hasFieldOrPropertyWithValue("key.id", "b");
    refused(
        both, Tokens.signed(PairAlgorithm.EdDSA, unnamed, claims("wiki", "tidings")), "aud is not");
    refused(
        both,
        Tokens.signed(PairAlgorithm.EdDSA, header("EdDSA", "a"), claims("wiki", "hub")),
        "not signed by a configured key of its issuer");
  }

  // --- keys that are refused ---

  @ParameterizedTest
  @ValueSource(ints = {512, 1_024, 2_040})
  void anRsaKeyBelow2048BitsIsRefused(int bits) {
    KeyPair weak = Tokens.pair("RSA", bits);
    assertThat(((RSAPublicKey) weak.getPublic()).getModulus().bitLength()).isEqualTo(bits);
    String said = "an RSA key of " + bits + " bits (expected at least 2048)";
    assertThatThrownBy(() -> PairAlgorithm.RS256.publicKey(Tokens.publicPem(weak)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(said);
    assertThatThrownBy(() -> PairAlgorithm.RS256.privateKey(Tokens.privatePem(weak)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(said);
  }

  @ParameterizedTest
  @ValueSource(ints = {384, 521})
  void anotherCurveIsRefused(int bits) {
    String pem = Tokens.publicPem(Tokens.pair("EC", bits));
    assertThatThrownBy(() -> PairAlgorithm.ES256.publicKey(pem))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("P-" + bits)
        .hasMessageContaining("(expected P-256)");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNoPublicKeyOfTheAlgorithmIsRefused(PairAlgorithm algorithm) {
    String nonsense = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    for (String pem : List.of("", Tokens.privatePem(Tokens.pair(algorithm)), nonsense)) {
      assertThatThrownBy(() -> algorithm.publicKey(pem))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("public key");
    }
    for (PairAlgorithm other : PairAlgorithm.values()) {
      if (other != algorithm) {
        String pem = Tokens.publicPem(Tokens.pair(other));
        assertThatThrownBy(() -> algorithm.publicKey(pem))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("not a public key of");
      }
    }
  }
}
