package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** Whatever stands where a token should. */
final class TokenFuzzTest {
  private static final int ROUNDS = System.getenv("TIDINGS_TEST_LONG") == null ? 30_000 : 300_000;
  private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
  private static final String CLAIMS =
      "{\"sub\":\"alice\",\"exp\":%d,\"nbf\":1,\"aud\":[\"tidings\"],\"tidings\":{\"publish\":[\"topic:a\"]}}"
          .formatted(NOW.getEpochSecond() + 60);
  private static final String HEADER = "{\"alg\":\"HS256\",\"kid\":\"main\"}";
  private static final String[] PARTS = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "\\u0000",
    "null",
    "true",
    "-1",
    "1e999",
    "9".repeat(40),
    "\"sub\":",
    "\"alg\":\"none\"",
    "\"crit\":[\"x\"]",
    "\"b64\":false",
    "\"jwk\":{}",
    "é",
    "\0"
  };

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final JwtAuthenticator authenticator =
      new JwtAuthenticator(
          new AccessSettings(
              Stream.concat(
                      Stream.of(TokenKey.hs256("main", Tokens.SECRET, null, "tidings")),
                      Stream.of(PairAlgorithm.values())
                          .map(one -> {
                            String pem = Tokens.publicPem(Tokens.pair(one));
                            return TokenKey.ofPair(one.name(), one, pem, null, "tidings");
                          }))
                  .toList(),
              List.of(),
              false),
          () -> NOW,
          () -> 0);

  /** Texts: whoever has no key gets nowhere, and sees nothing but a refusal. */
  @Test
  void whateverIsMadeOfATokenIsRefused() {
    String good = Tokens.hmac(HEADER, CLAIMS);
    assertThat(authenticator.authenticate(good).user()).isEqualTo("alice");
    for (int i = 0; i < ROUNDS; i++) {
      String changed = changed(good);
      // what the last character says beyond the signature's bits is no part of it
      boolean same = changed.startsWith(good.substring(0, good.length() - 1));
      assertThat(isTaken(changed) && !same).as("seed %d: %s", seed, changed).isFalse();
    }
  }

  /** Contents: even who has a key gets a refusal at worst, never an error. */
  @Test
  void whateverIsSignedIsTakenOrRefused() {
    for (int i = 0; i < ROUNDS; i++) {
      String header = random.nextInt(4) == 0 ? changed(HEADER) : HEADER;
      String token = Tokens.hmac(header, changed(CLAIMS));
      try {
        var _ = isTaken(token);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + token, e);
      }
    }
  }

  private boolean isTaken(String token) {
    try {
      return authenticator.authenticate(token).user() != null;
    } catch (Refusal expected) {
      assertThat(expected.problem().kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
      return false;
    }
  }

  private String changed(String text) {
    StringBuilder changed = new StringBuilder(text);
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(changed.length());
      switch (random.nextInt(4)) {
        case 0 -> changed.setCharAt(at, (char) random.nextInt(random.nextBoolean() ? 128 : 65_536));
        case 1 -> changed.insert(at, PARTS[random.nextInt(PARTS.length)]);
        case 2 -> changed.delete(at, Math.min(changed.length() - 1, at + 1 + random.nextInt(8)));
        default -> changed.insert(at, text, 0, random.nextInt(text.length()));
      }
    }
    return changed.toString();
  }
}
