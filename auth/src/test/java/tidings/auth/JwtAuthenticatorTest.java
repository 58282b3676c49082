package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static tidings.auth.Tokens.ascii;
import static tidings.auth.Tokens.base64;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.access.Caller;
import tidings.core.access.Credential;
import tidings.core.access.Publisher;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

final class JwtAuthenticatorTest {
  private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
  private static final long S = NOW.getEpochSecond();
  private static final String HS256 = "{\"alg\":\"HS256\",\"kid\":\"main\"}";
  private static final String EDDSA = "{\"alg\":\"EdDSA\",\"kid\":\"pair\"}";

  /** Claims against which no check has anything: each test below breaks one thing of it. */
  private static final String CLAIMS =
      "{\"sub\":\"alice\",\"iss\":\"shop\",\"aud\":[\"other\",\"tidings\"],\"exp\":"
          + (S + 60)
          + ",\"nbf\":"
          + S
          + ",\"iat\":"
          + S
          + ",\"jti\":\"t-1\",\"tidings\":{\"publish\":[\"topic:shop.#\"],"
          + "\"subscribe\":[\"topic:shop.*\",\"topic:open\"],\"raw\":true}}";

  private Instant now = NOW;
  private long nanos;
  private final JwtAuthenticator authenticator = authenticator(false, "topic:open");

  /** Its key has neither issuer nor audience. */
  private final JwtAuthenticator unbound =
      new JwtAuthenticator(
          new AccessSettings(
              List.of(TokenKey.hs256("main", Tokens.SECRET, null, null)), List.of(), false),
          () -> now,
          () -> nanos);

  private JwtAuthenticator authenticator(boolean dev, String... publicly) {
    return new JwtAuthenticator(
        new AccessSettings(
            List.of(
                TokenKey.hs256("main", Tokens.SECRET, "shop", "tidings"),
                TokenKey.ofPair(
                    "pair",
                    PairAlgorithm.EdDSA,
                    Tokens.publicPem(Tokens.ED25519),
                    "shop",
                    "tidings")),
            Stream.of(publicly).map(AddressPattern::of).toList(),
            dev),
        () -> now,
        () -> nanos);
  }

  private void pass(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  private static String with(String from, String to) {
    assertThat(CLAIMS).contains(from);
    return Tokens.hmac(HS256, CLAIMS.replace(from, to));
  }

  // --- who comes in ---

  @Test
  void aTokenOfEitherAlgorithmIsItsSubject() {
    for (String token :
        List.of(Tokens.hmac(HS256, CLAIMS), Tokens.signed(PairAlgorithm.EdDSA, EDDSA, CLAIMS))) {
      Caller caller = authenticator.authenticate(token);
      assertThat(caller.user()).isEqualTo("alice");
      assertThat(caller.publisher()).isEqualTo(Publisher.subject("alice"));
      assertThat(caller.expires()).isEqualTo(NOW.plusSeconds(90));
      assertThat(caller.grant().publish()).hasToString("[topic:shop.#]");
      assertThat(caller.grant().raw()).isTrue();
      assertThat(caller.grant().presence()).isFalse();
      assertThat(caller.grant().operate()).isFalse();
    }
  }

  @Test
  void aStreamRemembersWhichCredentialsOpenedIt() {
    Credential.Token credential =
        (Credential.Token)
            Objects.requireNonNull(
                authenticator
                    .authenticate(Tokens.signed(PairAlgorithm.EdDSA, EDDSA, CLAIMS))
                    .credential());
    assertThat(credential.key().issuer()).isEqualTo("shop");
    assertThat(credential.key().id()).isEqualTo("pair");
    assertThat(credential.id()).isEqualTo("t-1");
    assertThat(credential.issuedAt()).isEqualTo(NOW);
  }

  @Test
  void whatMayBeReadIsInTheProtocolsOrderEachOnce() {
    assertThat(
            authenticator.authenticate(Tokens.hmac(HS256, CLAIMS)).grant().subscribe().stream()
                .map(AddressPattern::toString))
        .containsExactly("everyone", "user:alice", "topic:shop.*", "topic:open");
  }

  @Test
  void withoutKidEveryConfiguredKeyIsTried() {
    assertThat(authenticator.authenticate(Tokens.hmac("{\"alg\":\"HS256\"}", CLAIMS)).user())
        .isEqualTo("alice");
    assertThat(
            authenticator
                .authenticate(Tokens.signed(PairAlgorithm.EdDSA, "{\"alg\":\"EdDSA\"}", CLAIMS))
                .user())
        .isEqualTo("alice");
  }

  @Test
  void aTokenWithoutGrantsReadsWhatEveryUserReads() {
    String token = Tokens.hmac(HS256, CLAIMS.replaceFirst(",\"tidings\":.*", "}"));
    Caller caller = authenticator.authenticate(token);
    assertThat(caller.grant().publish()).isEmpty();
    assertThat(caller.grant().subscribe()).hasToString("[everyone, user:alice, topic:open]");
  }

  @Test
  void someoneWithoutATokenReadsWhatIsPublic() {
    Caller caller = Objects.requireNonNull(authenticator.anonymous());
    assertThat(caller.user()).isNull();
    assertThat(caller.grant().subscribe()).hasToString("[topic:open]");
    assertThat(caller.grant().publish()).isEmpty();
    assertThat(authenticator(false).anonymous()).isNull();
    assertThat(
            Objects.requireNonNull(authenticator(false, "everyone", "topic:a").anonymous())
                .grant()
                .subscribe())
        .hasToString("[everyone, topic:a]");
  }

  @Test
  void inDevModeSomeoneWithoutATokenMayEverything() {
    Caller caller = Objects.requireNonNull(authenticator(true).anonymous());
    assertThat(caller.user()).isEqualTo("dev");
    assertThat(caller.grant().publish()).hasToString("[everyone, user:*, topic:#]");
    assertThat(caller.grant().subscribe()).hasToString("[everyone, user:dev, user:*, topic:#]");
    assertThat(caller.grant().raw() && caller.grant().operate() && caller.grant().presence())
        .isTrue();
  }

  // --- who does not ---

  record Trick(String why, String token, String said) {
    @Override
    public String toString() {
      return why;
    }
  }

  private static Stream<Trick> tricks() {
    String hs512 = "{\"alg\":\"HS512\",\"kid\":\"main\"}";
    String good = Tokens.hmac(HS256, CLAIMS);
    String unsigned = Tokens.input("{\"alg\":\"none\"}", CLAIMS);
    String signature = good.substring(good.lastIndexOf('.') + 1);
    String jwk =
        "{\"alg\":\"EdDSA\",\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
            + base64(tail(Tokens.ED25519.getPublic().getEncoded(), 32))
            + "\"}}";
    return Stream.of(
        new Trick("none", unsigned + ".", "compact form"),
        new Trick("none, with a signature", unsigned + "." + signature, "header"),
        new Trick(
            "None",
            Tokens.hmac("{\"alg\":\"nOnE\",\"kid\":\"main\"}", CLAIMS),
            "not signed by a configured key"),
        new Trick("no alg", Tokens.hmac("{\"kid\":\"main\"}", CLAIMS), "header"),
        new Trick(
            "the public key as a secret",
            Tokens.hmac(
                "HmacSHA256",
                ascii(Tokens.publicPem(Tokens.ED25519)),
                "{\"alg\":\"HS256\",\"kid\":\"pair\"}",
                CLAIMS),
            "not signed"),
        new Trick(
            "the public key as a secret, without kid",
            Tokens.hmac(
                "HmacSHA256",
                Tokens.ED25519.getPublic().getEncoded(),
                "{\"alg\":\"HS256\"}",
                CLAIMS),
            "not signed"),
        new Trick(
            "another algorithm of the same secret",
            Tokens.hmac("HmacSHA512", Tokens.SECRET, hs512, CLAIMS),
            "not signed"),
        new Trick(
            "an HS256 signature under EdDSA's name",
            Tokens.hmac("{\"alg\":\"EdDSA\",\"kid\":\"main\"}", CLAIMS),
            "not signed"),
        new Trick(
            "the kid of another key",
            Tokens.hmac("{\"alg\":\"HS256\",\"kid\":\"pair\"}", CLAIMS),
            "not signed"),
        new Trick(
            "a kid that leads elsewhere",
            Tokens.hmac("{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}", CLAIMS),
            "not signed"),
        new Trick(
            "an empty kid", Tokens.hmac("{\"alg\":\"HS256\",\"kid\":\"\"}", CLAIMS), "not signed"),
        new Trick(
            "a kid that is no string",
            Tokens.hmac("{\"alg\":\"HS256\",\"kid\":[\"main\"]}", CLAIMS),
            "header"),
        new Trick(
            "a secret of somebody else",
            Tokens.hmac("HmacSHA256", ascii("x".repeat(32)), HS256, CLAIMS),
            "not signed"),
        new Trick(
            "a key of its own", Tokens.signed(PairAlgorithm.EdDSA, jwk, CLAIMS), "carries a key"),
        new Trick(
            "a key from elsewhere",
            Tokens.hmac("{\"alg\":\"HS256\",\"jku\":\"https://evil.example/k\"}", CLAIMS),
            "carries a key"),
        new Trick(
            "a certificate from elsewhere",
            Tokens.hmac("{\"alg\":\"HS256\",\"x5u\":\"https://evil.example/k\"}", CLAIMS),
            "carries a key"),
        new Trick(
            "a certificate of its own",
            Tokens.hmac("{\"alg\":\"HS256\",\"x5c\":[\"AAAA\"]}", CLAIMS),
            "carries a key"),
        new Trick(
            "an unknown crit",
            Tokens.hmac("{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}", CLAIMS),
            "crit"),
        new Trick(
            "b64 by crit",
            Tokens.hmac("{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", CLAIMS),
            "crit"),
        new Trick(
            "an alg that stands twice",
            Tokens.hmac("{\"alg\":\"HS256\",\"alg\":\"none\"}", CLAIMS),
            "header"),
        new Trick("other claims under the same signature", swapped(good), "not signed"),
        new Trick("no signature", good.substring(0, good.lastIndexOf('.')), "compact form"),
        new Trick("an empty signature", good.substring(0, good.lastIndexOf('.') + 1), "compact"),
        new Trick("a cut signature", good.substring(0, good.length() - 4), "not signed"),
        new Trick("a flipped bit", flipped(good), "not signed"),
        new Trick("a signature that was shifted by the order", malleable(), "not signed"),
        new Trick("an encrypted token", good + ".a.b", "compact form"),
        new Trick("spaces around", " " + good, "compact form"),
        new Trick("something else in it", good.replaceFirst("\\.", "!."), "compact form"),
        new Trick("padding", good + "=", "compact form"),
        new Trick("nothing", "", "compact form"),
        new Trick("much", "a".repeat(20_000) + ".b.c", "compact form"),
        new Trick("a header of null", Tokens.hmac("null", CLAIMS), "header"));
  }

  private static byte[] tail(byte[] bytes, int length) {
    return java.util.Arrays.copyOfRange(bytes, bytes.length - length, bytes.length);
  }

  private static String swapped(String token) {
    String claims = base64(ascii(CLAIMS.replace("alice", "admin")));
    return token.replaceFirst("\\.[^.]+\\.", "." + claims + ".");
  }

  private static String flipped(String token) {
    int at = token.lastIndexOf('.') + 3;
    char other = token.charAt(at) == 'A' ? 'B' : 'A';
    return token.substring(0, at) + other + token.substring(at + 1);
  }

  /** The same Ed25519 signature with S + L in place of S, which RFC 8032 forbids. */
  private static String malleable() {
    String token = Tokens.signed(PairAlgorithm.EdDSA, EDDSA, CLAIMS);
    int dot = token.lastIndexOf('.');
    byte[] signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] s = new byte[33];
    for (int i = 0; i < 32; i++) {
      s[32 - i] = signature[32 + i];
    }
    byte[] shifted = new BigInteger(s).add(order).toByteArray();
    for (int i = 0; i < 32; i++) {
      int at = shifted.length - 1 - i;
      signature[32 + i] = at < 0 ? 0 : shifted[at];
    }
    return token.substring(0, dot + 1) + base64(signature);
  }

  @ParameterizedTest
  @MethodSource("tricks")
  void noTrickGetsIn(Trick trick) {
    refused(trick.token, trick.said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"sub\":\"alice\",     | ``                          | sub",
        "\"alice\"              | \"\"                        | sub",
        "\"alice\"              | \"*\"                       | sub",
        "\"alice\"              | \"a b\"                     | sub",
        "\"alice\"              | \"a\\u0000b\"               | sub",
        "\"alice\"              | 7                           | sub",
        "\"shop\"               | \"Shop\"                    | issuer",
        "\"iss\":\"shop\",      | ``                          | issuer",
        "\"shop\"               | [\"shop\"]                  | issuer",
        "[\"other\",\"tidings\"]| \"other\"                   | aud",
        "[\"other\",\"tidings\"]| \"other,tidings\"           | aud",
        "[\"other\",\"tidings\"]| []                          | aud",
        "[\"other\",\"tidings\"]| [\"tidings\",7]             | aud",
        "\"jti\":\"t-1\"        | \"jti\":1                   | jti",
        "\"exp\":               | \"nope\":                   | exp is missing",
        "\"exp\":               | \"exp\":\"1\",\"a\":        | exp",
        "\"exp\":               | \"exp\":true,\"a\":         | exp",
        "\"exp\":               | \"exp\":1e300,\"a\":        | exp",
        "\"exp\":               | \"exp\":-1,\"a\":           | exp",
        "\"nbf\":               | \"nbf\":\"now\",\"a\":      | nbf",
        "\"iat\":               | \"iat\":{},\"a\":           | iat",
        "\"raw\":true           | \"raw\":\"true\"            | tidings.raw",
        "\"raw\":true           | \"raw\":1                   | tidings.raw",
        "\"raw\":true           | \"Raw\":true                | unknown grant",
        "\"raw\":true           | \"admin\":true              | unknown grant",
        "[\"topic:shop.#\"]     | \"topic:shop.#\"            | tidings.publish",
        "[\"topic:shop.#\"]     | [\"shop.#\"]                | tidings.publish[0]",
        "[\"topic:shop.#\"]     | [\"topic:shop.#\",7]        | tidings.publish",
        "\"topic:open\"         | \"user:a*b c\"              | tidings.subscribe[1]",
        "\"topic:open\"         | \"topic:a..b\"              | tidings.subscribe[1]",
      })
  void everyClaimIsReadStrictly(String from, String to, String said) {
    refused(with(from, to), said);
  }

  @Test
  void claimsThatAreNoObjectAreRefusedWhetherAKeyIsBoundToAnIssuerOrNot() {
    for (String claims :
        List.of(
            "null",
            "null" + CLAIMS,
            "alice",
            "[" + CLAIMS + "]",
            "{\"a\":" + "[".repeat(8_000),
            CLAIMS.replace("{\"sub\"", "{\"sub\":\"bob\",\"sub\""),
            CLAIMS.replace("{\"sub\"", "{\"iss\":\"shop\",\"sub\""))) {
      String token = Tokens.hmac(HS256, claims);
      refused(token, "not signed by a configured key of its issuer");
      refused(unbound, token, "its claims are no JSON object");
    }
  }

  @Test
  void grantsThatAreNoObjectAreRefused() {
    String claims = CLAIMS.replaceFirst("\"tidings\":.*", "\"tidings\":[]}");
    refused(Tokens.hmac(HS256, claims), "tidings is no object");
  }

  /** That the fixture is accepted shows that each refusal above is for the one thing broken. */
  @Test
  void theClaimsThatTheTestsBreakAreGood() {
    assertThat(authenticator.authenticate(Tokens.hmac(HS256, CLAIMS)).user()).isEqualTo("alice");
    assertThat(authenticator.authenticate(with("[\"other\",\"tidings\"]", "\"tidings\"")).user())
        .isEqualTo("alice");
  }

  @Test
  void noClaimIsUsedBeforeTheSignatureIsChecked() {
    byte[] wrong = ascii("x".repeat(32));
    for (String claims : List.of("nonsense", CLAIMS.replace("\"alice\"", "7"), "{\"exp\":1}")) {
      refused(Tokens.hmac("HmacSHA256", wrong, HS256, claims), "not signed by a configured key");
    }
  }

  // --- time ---

  @ParameterizedTest
  @ValueSource(strings = {"nbf", "iat"})
  void theIssuersClockMayBeAheadByHalfAMinute(String claim) {
    String before = "\"" + claim + "\":" + S;
    assertThat(authenticator.authenticate(with(before, "\"" + claim + "\":" + (S + 30))).user())
        .isEqualTo("alice");
    refused(with(before, "\"" + claim + "\":" + (S + 31)), "not valid yet");
  }

  @Test
  void aTokenEndsHalfAMinuteAfterItsExpiryOnTheSecond() {
    String token = Tokens.hmac(HS256, CLAIMS);
    assertThat(authenticator.cached(token)).isNull();
    Caller caller = authenticator.authenticate(token);
    pass(Duration.ofMillis(89_999));
    assertThat(authenticator.cached(token)).isSameAs(caller);
    assertThat(authenticator.authenticate(token)).isSameAs(caller);
    pass(Duration.ofMillis(1));
    assertThat(authenticator.cached(token)).isNull();
    refused(token, "expired");
  }

  @Test
  void aClockThatJumpsEndsWhatIsRemembered() {
    String token = Tokens.hmac(HS256, CLAIMS);
    var _ = authenticator.authenticate(token);
    now = now.plusSeconds(90);
    assertThat(authenticator.cached(token)).isNull();
  }

  @Test
  void aRefusedTokenIsNotRemembered() {
    String token = with("\"shop\"", "\"Shop\"");
    refused(token, "iss");
    assertThat(authenticator.cached(token)).isNull();
    refused(token, "iss");
  }

  // --- settings ---

  @Test
  void aKeyWithoutIssuerAndAudienceTakesAny() {
    assertThat(unbound.authenticate(with("\"shop\"", "\"x\"")).user()).isEqualTo("alice");
    assertThat(unbound.authenticate(with("[\"other\",\"tidings\"]", "\"x\"")).user())
        .isEqualTo("alice");
    refused(unbound, with("\"shop\"", "7"), "iss is no string");
  }

  private void refused(String token, String said) {
    refused(authenticator, token, said);
  }

  private static void refused(JwtAuthenticator authenticator, String token, String said) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> authenticator.authenticate(token));
    assertThat(refusal).as("a refusal").isNotNull();
    Problem problem = refusal.problem();
    assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    assertThat(problem.detail()).startsWith("token: ").contains(said);
    for (String part : token.split("\\.", -1)) {
      if (part.length() > 3) {
        assertThat(problem.detail()).doesNotContain(part);
      }
    }
    assertThat(authenticator.cached(token)).isNull();
  }
}
