package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.auth.JwkSet.Jwk;

/** What is taken of a JWK set, and what nobody's token is verified with. */
final class JwkSetTest {
  private static final Set<PairAlgorithm> ALL = EnumSet.allOf(PairAlgorithm.class);
  private static final String GOOD = Jwks.key(Tokens.ED25519, "good");

  /** RFC 8037, A.2; its thumbprint is in A.3. */
  private static final String RFC_8037 =
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";

  @ParameterizedTest
  @EnumSource
  void aKeyOfEachTypeIsTakenWithItsOwnAlgorithm(PairAlgorithm algorithm) throws IOException {
    JwkSet set =
        JwkSet.read(
            Jwks.set(
                Jwks.key(Tokens.pair(algorithm), "a"),
                Jwks.key(Tokens.pair(algorithm), "b", "alg", algorithm.name()),
                Jwks.key(Tokens.pair(algorithm), "c", "use", "sig"),
                Jwks.key(Tokens.pair(algorithm), "d", "key_ops", List.of("verify")),
                Jwks.key(Tokens.pair(algorithm), "e", "x-unknown", 1)),
            ALL);
    assertThat(set.keys()).extracting(Jwk::id).containsExactly("a", "b", "c", "d", "e");
    assertThat(set.keys()).extracting(Jwk::algorithm).containsOnly(algorithm);
    assertThat(set.keys()).extracting(Jwk::key).containsOnly(Tokens.pair(algorithm).getPublic());
    assertThat(set.passedOver()).isEmpty();
  }

  @Test
  void aKeyWithoutAnIdIsCalledByItsThumbprint() throws IOException {
    assertThat(JwkSet.read(Jwks.set(RFC_8037), ALL).keys())
        .extracting(Jwk::id)
        .containsExactly("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource
  void whatNoTokenIsVerifiedWithIsPassedOver(String key, String said) throws IOException {
    JwkSet set = JwkSet.read(Jwks.set(key, GOOD), ALL);
    assertThat(set.keys()).extracting(Jwk::id).containsExactly("good");
    assertThat(set.passedOver())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("keys[0]: ")
        .contains(said);
    assertThatThrownBy(() -> JwkSet.read(Jwks.set(key), ALL))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("no usable key: ")
        .hasMessageContaining(said);
  }

  static Stream<Arguments> whatNoTokenIsVerifiedWithIsPassedOver() throws JOSEException {
    return Stream.of(
        Arguments.of(
            new OctetSequenceKeyGenerator(256).generate().toJSONString(), "a shared secret"),
        Arguments.of(new RSAKeyGenerator(2_048).generate().toJSONString(), "a private key"),
        Arguments.of(new ECKeyGenerator(Curve.P_256).generate().toJSONString(), "a private key"),
        Arguments.of(
            RFC_8037.replace("}", ",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}"),
            "a private key"),
        Arguments.of(Jwks.key(Tokens.pair("RSA", 1_024), "a"), "an RSA key of 1024 bits"),
        Arguments.of(Jwks.key(Tokens.pair("EC", 384), "a"), "(expected P-256)"),
        Arguments.of(RFC_8037.replace("Ed25519", "X25519"), "a key of another type"),
        Arguments.of(RFC_8037.replace("11qYAYKx", ""), "no public key of Ed25519"),
        Arguments.of("{\"kty\":\"ROT13\"}", "ROT13"),
        Arguments.of("{}", "kty"),
        Arguments.of("7", "no JSON object"),
        Arguments.of("null", "no JSON object"),
        Arguments.of(Jwks.key(Tokens.P256, "a", "y", "AAAA"), "P-256"),
        Arguments.of(Jwks.key(Tokens.RSA, "a", "n", null), "n"),
        Arguments.of(Jwks.key(Tokens.RSA, "a", "e", "AQ"), "exponent is smaller than 3"),
        Arguments.of(Jwks.key(Tokens.RSA, "a", "use", "enc"), "its use is not sig"),
        Arguments.of(Jwks.key(Tokens.RSA, "a", "key_ops", List.of("encrypt")), "lack verify"),
        Arguments.of(Jwks.key(Tokens.RSA, "a", "alg", "RS512"), "its alg is not RS256"),
        Arguments.of(Jwks.key(Tokens.RSA, "a", "alg", "HS256"), "its alg is not RS256"),
        Arguments.of(Jwks.key(Tokens.RSA, "a", "alg", "none"), "its alg is not RS256"),
        Arguments.of(Jwks.key(Tokens.RSA, "a", "alg", "ES256"), "its alg is not RS256"),
        Arguments.of(Jwks.key(Tokens.P256, "a", "alg", "EdDSA"), "its alg is not ES256"),
        Arguments.of(Jwks.key(Tokens.P256, "a", "kid", ""), "its kid is empty"),
        Arguments.of(Jwks.key(Tokens.P256, "a", "kid", "a\nb"), "has controls"),
        Arguments.of(Jwks.key(Tokens.P256, "k".repeat(257)), "more than 256"));
  }

  @Test
  void whyAKeyIsPassedOverDoesNotRepeatIt() throws IOException {
    String secret = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    String key = RFC_8037.replace("}", ",\"d\":\"" + secret + "\"}");
    assertThat(JwkSet.read(Jwks.set(key, GOOD), ALL).passedOver().toString())
        .doesNotContain(secret)
        .doesNotContain("11qYAYKx");
  }

  @Test
  void anAlgorithmThatIsNotConfiguredIsPassedOver() throws IOException {
    JwkSet set =
        JwkSet.read(Jwks.set(Jwks.key(Tokens.RSA, "rsa"), GOOD), Set.of(PairAlgorithm.EdDSA));
    assertThat(set.keys()).extracting(Jwk::id).containsExactly("good");
    assertThat(set.passedOver())
        .containsExactly("keys[0]: RS256 is not among the configured algorithms");
  }

  @Test
  void anEmptySetIsOne() throws IOException {
    assertThat(JwkSet.read(Jwks.set(), ALL)).isEqualTo(new JwkSet(List.of(), List.of()));
  }

  @Test
  void keysOfOneIdAreAmbiguous() {
    for (String other :
        List.of(GOOD, Jwks.key(Tokens.P256, "good"), Jwks.key(Tokens.pair("EC", 256), "good"))) {
      assertThatThrownBy(() -> JwkSet.read(Jwks.set(GOOD, other), ALL))
          .isInstanceOf(IOException.class)
          .hasMessage("keys[1]: another one has its kid, too");
    }
  }

  @ParameterizedTest
  @MethodSource
  void whatIsNoSetIsRefused(byte[] json, String said) {
    assertThatThrownBy(() -> JwkSet.read(json, ALL))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said);
  }

  static Stream<Arguments> whatIsNoSetIsRefused() {
    String[] many =
        IntStream.rangeClosed(0, JwkSet.KEYS_MAX)
            .mapToObj(i -> Jwks.key(Tokens.P256, "k" + i))
            .toArray(String[]::new);
    return Stream.of(
        Arguments.of(Tokens.ascii(""), "no JSON object"),
        Arguments.of(Tokens.ascii("null"), "no JSON object"),
        Arguments.of(Tokens.ascii("[" + GOOD + "]"), "no JSON object"),
        Arguments.of(Tokens.ascii("<html>Sign in</html>"), "no JSON object"),
        Arguments.of(Tokens.ascii("{\"keys\":[" + GOOD), "no JSON object"),
        Arguments.of(Tokens.ascii("{\"keys\":" + "[".repeat(100_000)), "no JSON object"),
        Arguments.of(Tokens.ascii(GOOD), "no array \"keys\""),
        Arguments.of(Tokens.ascii("{\"keys\":{}}"), "no array \"keys\""),
        Arguments.of(Tokens.ascii("{\"keys\":null}"), "no array \"keys\""),
        Arguments.of(Jwks.set(many), "33 keys (expected at most 32)"));
  }
}
