package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.access.ApiTokens;
import tidings.core.access.Caller;
import tidings.core.access.CredentialStore;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

final class ApiTokensTest extends WithOffice {
  private static final Grant GRANT =
      new Grant(
          List.of(AddressPattern.of("topic:shop.#"), AddressPattern.of("user:*")),
          List.of(AddressPattern.of("topic:shop.*")),
          false,
          true,
          false);

  private String make(String name) {
    return office.apiTokens.make(name, GRANT).join();
  }

  @Test
  void aTokenMayDoWhatItWasMadeForAfterARestartToo() {
    String token = make("ci");
    for (int i = 0; i < 2; i++) {
      Caller caller = Objects.requireNonNull(office.authenticator.cached(token));
      assertThat(caller.user()).isNull();
      assertThat(caller.isAnonymous()).isFalse();
      assertThat(caller.publisher().name()).isEqualTo("token:ci");
      assertThat(caller.grant().publish()).isEqualTo(GRANT.publish());
      assertThat(caller.grant().subscribe()).hasToString("[topic:shop.*, topic:open]");
      assertThat(caller.grant().raw()).isTrue();
      assertThat(caller.grant().operate()).isFalse();
      assertThat(office.authenticator.authenticate(token)).isEqualTo(caller);
      office.restart();
    }
  }

  @Test
  void theStoreHoldsNoToken() throws IOException {
    String token = make("ci");
    assertThat(token).matches("tid_[A-Za-z0-9_-]{43}");
    office.close();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .doesNotContain(token.substring("tid_".length()));
      }
    }
    office.restart();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tid_", "tid_x", "tid_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void whatIsNoTokenIsRefused(String token) {
    make("ci");
    assertRefused(token);
  }

  @Test
  void aRevokedTokenIsRefusedAndAnotherOfItsNameDoesNotRaiseIt() {
    String token = make("ci");
    String other = make("other");
    Caller caller = office.authenticator.authenticate(token);
    long changes = office.authenticator.changes();

    office.apiTokens.revoke("ci").join();

    assertRefused(token);
    assertThat(office.authenticator.holds(caller)).isFalse();
    assertThat(office.authenticator.changes()).isGreaterThan(changes);
    String next = make("ci");
    assertThat(next).isNotEqualTo(token);
    assertRefused(token);
    assertThat(office.authenticator.holds(caller)).isFalse();
    assertThat(office.authenticator.cached(other)).isNotNull();
    office.restart();
    assertRefused(token);
    assertThat(office.authenticator.cached(next)).isNotNull();
  }

  @Test
  void oneThatIsRevokedWhileItIsMadeIsRefused() {
    CompletableFuture<String> made = office.apiTokens.make("ci", GRANT);
    office.apiTokens.revoke("ci").join();
    assertRefused(made.join());
    assertThat(office.apiTokens.list()).isEmpty();
  }

  /** A call that is tried again after a time-out makes two of one revocation. */
  @Test
  void oneOfTwoRevocationsHidesNoTokenThatCameBetweenThem() {
    Queue<Runnable> outcomes = new ArrayDeque<>();
    KeptApiTokens tokens =
        new KeptApiTokens(forgetting(outcomes), List.of(), () -> Office.NOW, new Random(5));
    tokens.make("ci", GRANT).join();
    CompletableFuture<Void> first = tokens.revoke("ci");
    CompletableFuture<Void> second = tokens.revoke("ci");
    outcomes.remove().run();
    first.join();
    String between = tokens.make("ci", GRANT).join();
    outcomes.remove().run();
    second.join();

    assertThat(tokens.list()).extracting(ApiTokens.Described::name).containsExactly("ci");
    assertThat(tokens.caller(between)).isNotNull();
    CompletableFuture<Void> third = tokens.revoke("ci");
    outcomes.remove().run();
    third.join();
    assertThat(tokens.caller(between)).isNull();
  }

  /** The store, which tells that it forgot when the test lets it. */
  private CredentialStore forgetting(Queue<Runnable> outcomes) {
    CredentialStore real = office.store();
    return new CredentialStore() {
      @Override
      public List<Kept> kept(Kind kind) {
        return real.kept(kind);
      }

      @Override
      public CompletableFuture<Void> keep(Kept kept) {
        return real.keep(kept);
      }

      @Override
      public CompletableFuture<Void> forget(Kind kind, String id) {
        CompletableFuture<Void> told = new CompletableFuture<>();
        CompletableFuture<Void> done = real.forget(kind, id);
        outcomes.add(() -> told.complete(done.join()));
        return told;
      }
    };
  }

  @Test
  void tokensAreListedByNameWithoutSecrets() {
    make("b");
    make("a");
    assertThat(office.apiTokens.list())
        .containsExactly(
            new ApiTokens.Described("a", GRANT, Office.NOW),
            new ApiTokens.Described("b", GRANT, Office.NOW));
    office.restart();
    assertThat(office.apiTokens.list())
        .extracting(ApiTokens.Described::name)
        .containsExactly("a", "b");
  }

  @Test
  void aNameIsTakenOnce() {
    make("ci");
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> make("ci"));
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
    assertThat(refusal.problem().field()).isEqualTo("name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "ü", "a\n", ".", ".."})
  void aNameIsAWord(String name) {
    assertThat(catchThrowableOfType(Refusal.class, () -> make(name)).problem().field())
        .isEqualTo("name");
  }

  @Test
  void whatIsNotThereIsNotRevoked() {
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> office.apiTokens.revoke("ci").join());
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.NOT_FOUND);
  }
}
