package tidings.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.access.Caller;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** Keys that come and go while the hub runs. */
@Timeout(30)
final class KeyRingTest {
  private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
  private static final KeyPair OTHER = Tokens.pair("Ed25519", 255);
  private static final Duration HOUR = Duration.ofHours(1); // no look comes by itself

  private final AtomicLong nanos = new AtomicLong();
  private final Standing shop = new Standing(Jwks.key(Tokens.ED25519, "one"));
  private final List<KeyRing> rings = new ArrayList<>();
  private final KeySet set = set("shop", shop, HOUR);
  private final KeyRing ring = started(List.of(), set);
  private final JwtAuthenticator authenticator = authenticator(ring);

  @AfterEach
  void close() {
    rings.forEach(KeyRing::close);
  }

  /** What stands at a URL; a test changes it. */
  static final class Standing implements KeySetSource {
    private volatile Answer answer;

    interface Answer {
      @Nullable Fetched get() throws IOException, InterruptedException;
    }

    Standing(String... keys) {
      answer = () -> new Fetched(Jwks.set(keys), null);
    }

    void becomes(Answer now) {
      answer = now;
    }

    void becomes(String... keys) {
      answer = () -> new Fetched(Jwks.set(keys), null);
    }

    @Override
    public @Nullable Fetched fetch(@Nullable String etag) throws IOException, InterruptedException {
      return answer.get();
    }

    @Override
    public String toString() {
      return "a place";
    }
  }

  private KeySet set(String issuer, KeySetSource source, Duration every) {
    return set(issuer, source, every, null);
  }

  private KeySet set(
      String issuer, KeySetSource source, Duration every, @Nullable Duration staleMax) {
    return new KeySet(
        new KeySet.Issuer(issuer, "tidings", EnumSet.allOf(PairAlgorithm.class)),
        source,
        every,
        staleMax,
        nanos::get,
        new Random(1));
  }

  private KeyRing started(List<TokenKey> configured, KeySet... sets) {
    KeyRing made = new KeyRing(configured, List.of(sets));
    rings.add(made);
    made.start();
    return made;
  }

  private JwtAuthenticator authenticator(KeyRing keys) {
    return new JwtAuthenticator(new AccessSettings(keys, List.of(), false), () -> NOW, nanos::get);
  }

  private static String token(KeyPair pair, @Nullable String kid, String issuer) {
    return Tokens.signed(PairAlgorithm.EdDSA, pair, header(kid), claims(issuer));
  }

  private static String header(@Nullable String kid) {
    return kid == null
        ? "{\"alg\":\"EdDSA\"}"
        : "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}".formatted(kid);
  }

  private static String claims(String issuer) {
    return "{\"sub\":\"alice\",\"iss\":\"%s\",\"aud\":\"tidings\",\"exp\":%d}"
        .formatted(issuer, NOW.getEpochSecond() + 60);
  }

  /** A token of the shop, as anybody can make it. */
  private static String forged(String kid) {
    return Tokens.input(header(kid), claims("shop")) + "." + Tokens.base64(new byte[64]);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private void look() {
    pass(Duration.ofSeconds(5));
    set.look().join();
  }

  private static void taken(JwtAuthenticator by, String token) {
    assertThat(by.authenticate(token).user()).isEqualTo("alice");
  }

  private static Problem.Kind refusal(JwtAuthenticator by, String token) {
    return catchThrowableOfType(Refusal.class, () -> by.authenticate(token)).problem().kind();
  }

  private void refused(String token) {
    assertThat(refusal(authenticator, token)).isEqualTo(Problem.Kind.UNAUTHENTICATED);
  }

  // --- rotation ---

  @Test
  void aTokenOfTheSetIsTakenAndBoundToItsIssuerAndAudience() {
    taken(authenticator, token(Tokens.ED25519, "one", "shop"));
    taken(authenticator, token(Tokens.ED25519, null, "shop"));
    refused(token(Tokens.ED25519, "one", "wiki"));
    refused(token(OTHER, "one", "shop"));
  }

  @Test
  void aNewKeyIsTakenWithTheFirstTokenThatNamesIt() {
    shop.becomes(Jwks.key(Tokens.ED25519, "one"), Jwks.key(OTHER, "two"));
    pass(Duration.ofSeconds(5));
    taken(authenticator, token(OTHER, "two", "shop"));
    assertThat(authenticator.changes()).isZero();
  }

  @Test
  void aKeyThatIsRemovedEndsWhatItSigned() {
    String token = token(Tokens.ED25519, "one", "shop");
    Caller caller = authenticator.authenticate(token);
    assertThat(authenticator.holds(caller)).isTrue();
    assertThat(authenticator.cached(token)).isNotNull();
    shop.becomes(Jwks.key(OTHER, "two"));
    look();
    assertThat(authenticator.cached(token)).isNull();
    refused(token);
    assertThat(authenticator.changes()).isOne();
    assertThat(authenticator.holds(caller)).isFalse();
  }

  @Test
  void anEmptySetWithdrawsTheLastKey() {
    String token = token(Tokens.ED25519, "one", "shop");
    Caller caller = authenticator.authenticate(token);
    shop.becomes();
    look();
    assertThat(authenticator.cached(token)).isNull();
    refused(token);
    refused(token(OTHER, null, "shop"));
    assertThat(authenticator.holds(caller)).isFalse();
    assertThat(authenticator.changes()).isOne();
    assertThat(set.trouble()).isNull();
    shop.becomes(Jwks.key(OTHER, "two"));
    pass(Duration.ofSeconds(5));
    taken(authenticator, token(OTHER, "two", "shop"));
  }

  @Test
  void aKeyThatStaysKeepsWhatIsCached() {
    String token = token(Tokens.ED25519, "one", "shop");
    taken(authenticator, token);
    shop.becomes(Jwks.key(OTHER, "two"), Jwks.key(Tokens.ED25519, "one", "x-new", true));
    look();
    assertThat(set.size()).isEqualTo(2);
    assertThat(authenticator.cached(token)).isNotNull();
    assertThat(authenticator.changes()).isZero();
  }

  @Test
  void anotherKeyOfTheSameIdEndsWhatTheFormerSigned() {
    String token = token(Tokens.ED25519, "one", "shop");
    Caller caller = authenticator.authenticate(token);
    assertThat(authenticator.holds(caller)).isTrue();
    shop.becomes(Jwks.key(OTHER, "one"));
    look();
    assertThat(authenticator.cached(token)).isNull();
    refused(token);
    taken(authenticator, token(OTHER, "one", "shop"));
    assertThat(authenticator.changes()).isOne();
    assertThat(authenticator.holds(caller)).isFalse();
  }

  @Test
  void aKeyIsKnownByIssuerAndIdAsAPair() {
    Standing first = new Standing(Jwks.key(Tokens.ED25519, "b:c"));
    Standing second = new Standing(Jwks.key(OTHER, "c"));
    Standing third = new Standing(Jwks.key(Tokens.pair("Ed25519", 255), "b:c"));
    KeySet ofFirst = set("a", first, HOUR);
    JwtAuthenticator all =
        authenticator(
            started(List.of(), ofFirst, set("a:b", second, HOUR), set("a:b:c", third, HOUR)));
    String one = token(Tokens.ED25519, "b:c", "a");
    String other = token(OTHER, "c", "a:b");
    taken(all, one);
    taken(all, other);
    assertThat(refusal(all, token(OTHER, "b:c", "a"))).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    assertThat(refusal(all, token(Tokens.ED25519, "b:c", "a:b:c")))
        .isEqualTo(Problem.Kind.UNAUTHENTICATED);
    first.becomes(Jwks.key(Tokens.RSA, "new"));
    pass(Duration.ofSeconds(5));
    ofFirst.look().join();
    assertThat(all.cached(one)).isNull();
    assertThat(all.cached(other)).isNotNull();
  }

  @Test
  void aFileThatChangesIsTakenWithoutATokenThatAsksForIt(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("keys.json");
    Files.write(file, Jwks.set(Jwks.key(Tokens.ED25519, "one")));
    KeySet inFile =
        KeySet.inFile(
            new KeySet.Issuer("file", "tidings", EnumSet.allOf(PairAlgorithm.class)),
            file,
            System::nanoTime,
            new Random(1));
    inFile.readNow();
    assertThat(inFile.size()).isEqualTo(1);
    JwtAuthenticator byFile = authenticator(started(List.of(), inFile));
    String token = token(Tokens.ED25519, "one", "file");
    taken(byFile, token);
    Files.writeString(file, "{\"keys\":[", UTF_8); // half written: the known key stays
    await().until(() -> inFile.trouble() != null);
    taken(byFile, token);
    Files.write(file, Jwks.set(Jwks.key(OTHER, "two")));
    await().until(() -> byFile.cached(token) == null);
    assertThat(refusal(byFile, token)).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    assertThat(inFile.trouble()).isNull();
  }

  // --- a source that hangs or lies ---

  @Test
  void unknownKeysMakeOneLookAtMostInFiveSeconds() {
    assertThat(set.looks()).isEqualTo(1);
    pass(Duration.ofMillis(4_999));
    IntStream.range(0, 1_000).parallel().forEach(i -> refused(forged("k" + i)));
    assertThat(set.looks()).isEqualTo(1);
    pass(Duration.ofMillis(1));
    IntStream.range(0, 1_000).parallel().forEach(i -> refused(forged("k" + i)));
    assertThat(set.looks()).isEqualTo(2);
  }

  @Test
  void knownKeysAreNotLookedFor() {
    pass(HOUR);
    taken(authenticator, token(Tokens.ED25519, "one", "shop"));
    refused(token(OTHER, "one", "shop"));
    refused(token(OTHER, null, "shop"));
    assertThat(set.looks()).isEqualTo(1);
  }

  @Test
  void whileASourceHangsKnownKeysVerifyAndTheOthersWaitForIt() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    shop.becomes(() -> {
      hangs.countDown();
      released.await();
      return new KeySetSource.Fetched(
          Jwks.set(Jwks.key(Tokens.ED25519, "one"), Jwks.key(OTHER, "two")), null);
    });
    pass(Duration.ofSeconds(5));
    List<CompletableFuture<@Nullable String>> waiting =
        Stream.generate(() ->
                CompletableFuture.supplyAsync(
                    () -> authenticator.authenticate(token(OTHER, "two", "shop")).user(),
                    Thread::startVirtualThread))
            .limit(100)
            .toList();
    assertThat(hangs.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 100; i++) {
      taken(authenticator, token(Tokens.ED25519, "one", "shop"));
    }
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    released.countDown();
    for (CompletableFuture<@Nullable String> one : waiting) {
      assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo("alice");
    }
    assertThat(set.looks()).isEqualTo(2);
  }

  @Test
  void aSetThatHangsHoldsUpNoTokenOfAnotherIssuer() {
    Standing wiki = new Standing(Jwks.key(Tokens.ED25519, "one"));
    JwtAuthenticator both =
        authenticator(started(List.of(), set("shop", shop, HOUR), set("wiki", wiki, HOUR)));
    CountDownLatch released = new CountDownLatch(1);
    shop.becomes(() -> {
      released.await();
      return new KeySetSource.Fetched(Jwks.set(Jwks.key(Tokens.ED25519, "one")), null);
    });
    wiki.becomes(Jwks.key(OTHER, "two"));
    pass(Duration.ofSeconds(5));
    List<CompletableFuture<Problem.Kind>> forged =
        IntStream.rangeClosed(0, KeySet.WAITING_MAX)
            .mapToObj(i -> forged("k" + i))
            .map(token ->
                CompletableFuture.supplyAsync(
                    () -> refusal(both, token), Thread::startVirtualThread))
            .toList();
    await().until(() -> forged.stream().filter(CompletableFuture::isDone).count() == 1);
    taken(both, token(OTHER, "two", "wiki"));
    taken(both, token(Tokens.ED25519, "one", "shop"));
    assertThat(refusal(both, token(OTHER, "two", "nobody")))
        .isEqualTo(Problem.Kind.UNAUTHENTICATED);
    assertThat(forged.stream().filter(CompletableFuture::isDone).map(CompletableFuture::join))
        .containsExactly(Problem.Kind.UNAVAILABLE);
    released.countDown();
    assertThat(forged.stream().map(CompletableFuture::join))
        .containsOnlyOnce(Problem.Kind.UNAVAILABLE);
  }

  @Test
  void aKeyThatCannotBeLookedForIsNotCalledWrong() {
    shop.becomes(() -> {
      throw new IOException("no answer");
    });
    look();
    assertThat(refusal(authenticator, token(OTHER, "two", "shop")))
        .isEqualTo(Problem.Kind.UNAVAILABLE);
    refused(token(OTHER, "one", "shop"));
    refused(token(OTHER, "two", "wiki"));
  }

  @ParameterizedTest
  @MethodSource
  void whateverASourceSaysTheKnownKeysStay(Standing.Answer answer) {
    String token = token(Tokens.ED25519, "one", "shop");
    taken(authenticator, token);
    shop.becomes(answer);
    look();
    assertThat(set.trouble()).startsWith("a place: ");
    assertThat(set.failures()).isEqualTo(1);
    assertThat(authenticator.cached(token)).isNotNull();
    taken(authenticator, token(Tokens.ED25519, null, "shop"));
    shop.becomes(Jwks.key(Tokens.ED25519, "one"));
    look();
    assertThat(set.trouble()).isNull();
    assertThat(authenticator.changes()).isZero();
  }

  static Stream<Standing.Answer> whateverASourceSaysTheKnownKeysStay() {
    String secret =
        "{\"kty\":\"oct\",\"kid\":\"one\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}";
    return Stream.of(
        () -> {
          throw new IOException("answered with status 500");
        },
        () -> {
          throw new IllegalStateException();
        },
        () -> new KeySetSource.Fetched(Tokens.ascii("{\"keys\":"), null),
        () -> new KeySetSource.Fetched(Jwks.set(secret), null),
        () ->
            new KeySetSource.Fetched(
                Jwks.set(Jwks.key(OTHER, "one"), Jwks.key(Tokens.P256, "one")), null));
  }

  @Test
  void keysAreBelievedForSoLongAsConfiguredWhileTheirSetCannotBeRead() {
    Standing away = new Standing(Jwks.key(Tokens.ED25519, "one"));
    KeySet wiki = set("wiki", away, HOUR, Duration.ofDays(1));
    JwtAuthenticator believes = authenticator(started(List.of(), wiki));
    String token = token(Tokens.ED25519, "one", "wiki");
    Caller caller = believes.authenticate(token);
    away.becomes(() -> {
      throw new IOException("no answer");
    });
    pass(Duration.ofDays(1));
    wiki.look().join();
    assertThat(believes.holds(caller)).isTrue();
    pass(Duration.ofSeconds(5));
    wiki.look().join();
    assertThat(believes.holds(caller)).isFalse();
    assertThat(believes.changes()).isOne();
    assertThat(refusal(believes, token)).isEqualTo(Problem.Kind.UNAVAILABLE);
    away.becomes(Jwks.key(Tokens.ED25519, "one"));
    pass(Duration.ofSeconds(5));
    taken(believes, token);
  }

  @Test
  void aSetThatSaysThatItHasNotChangedIsRead() {
    Standing away = new Standing(Jwks.key(Tokens.ED25519, "one"));
    KeySet wiki = set("wiki", away, HOUR, Duration.ofDays(1));
    JwtAuthenticator believes = authenticator(started(List.of(), wiki));
    Caller caller = believes.authenticate(token(Tokens.ED25519, "one", "wiki"));
    away.becomes(() -> null);
    pass(Duration.ofDays(1));
    wiki.look().join();
    away.becomes(() -> {
      throw new IOException("no answer");
    });
    pass(Duration.ofDays(1));
    wiki.look().join();
    assertThat(wiki.failures()).isOne();
    assertThat(believes.holds(caller)).isTrue();
  }

  /** A public key, and how often it was asked what it is. */
  private record Counted(PublicKey key, AtomicInteger times) implements PublicKey {
    @Override
    public String getAlgorithm() {
      return key.getAlgorithm();
    }

    @Override
    public @Nullable String getFormat() {
      return key.getFormat();
    }

    @Override
    public byte[] getEncoded() {
      times.incrementAndGet();
      return key.getEncoded();
    }
  }

  /** Else forged tokens of a set that can't be read would cost a signature for each of them. */
  @Test
  void noKeyOfAnotherIssuerIsTried() {
    Standing away = new Standing();
    away.becomes(() -> {
      throw new IOException("no answer");
    });
    Counted key = new Counted(Tokens.P256.getPublic(), new AtomicInteger());
    TokenKey ofShop = TokenKey.ofPair("one", PairAlgorithm.ES256, key, "shop", "tidings");
    JwtAuthenticator tries = authenticator(started(List.of(ofShop), set("wiki", away, HOUR)));
    int before = key.times.get();
    String unnamed = "{\"alg\":\"ES256\"}";
    String ofWiki = Tokens.signed(PairAlgorithm.ES256, unnamed, claims("wiki"));
    assertThat(refusal(tries, ofWiki)).isEqualTo(Problem.Kind.UNAVAILABLE);
    assertThat(key.times).hasValue(before);
    taken(tries, Tokens.signed(PairAlgorithm.ES256, unnamed, claims("shop")));
    assertThat(key.times).hasValueGreaterThan(before);
  }

  @Test
  void aTokenIsNotCalledWrongBeforeASetWasRead() {
    Standing away = new Standing();
    away.becomes(() -> {
      throw new IOException("no answer");
    });
    KeySet wiki = set("wiki", away, HOUR);
    JwtAuthenticator waits =
        authenticator(
            started(List.of(TokenKey.hs256("main", Tokens.SECRET, null, "tidings")), wiki));
    String token = token(Tokens.ED25519, "one", "wiki");
    assertThat(refusal(waits, token)).isEqualTo(Problem.Kind.UNAVAILABLE);
    assertThat(refusal(waits, token(Tokens.ED25519, "one", "shop")))
        .isEqualTo(Problem.Kind.UNAUTHENTICATED);
    taken(
        waits,
        Tokens.hmac(
            "{\"alg\":\"HS256\"}",
            "{\"sub\":\"alice\",\"aud\":\"tidings\",\"exp\":" + (NOW.getEpochSecond() + 60) + "}"));
    away.becomes(Jwks.key(Tokens.ED25519, "one"));
    pass(Duration.ofSeconds(5));
    taken(waits, token);
    assertThat(refusal(waits, token(OTHER, "one", "wiki"))).isEqualTo(Problem.Kind.UNAUTHENTICATED);
  }
}
