package tidings.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tidings.auth.AccessSettings;
import tidings.auth.JwtAuthenticator;
import tidings.auth.PairAlgorithm;
import tidings.auth.TokenIssuer;
import tidings.auth.TokenKey;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;

/** What a token costs: the first time that it comes, and each time after. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenVerification {
  private static final int TOKENS = 1_024;
  private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
  private static final Duration LIFE = Duration.ofHours(1);
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** As in a token's header. */
  @Param({"HS256", "RS256", "ES256", "EdDSA"})
  private String algorithm = "";

  private final String[] tokens = new String[TOKENS];
  private @Nullable JwtAuthenticator authenticator;
  private long nanos;
  private int next;

  /** Signs tokens of as many users, each with a grant. */
  @Setup
  public void sign() throws GeneralSecurityException {
    TokenIssuer issuer;
    TokenKey key;
    if (algorithm.equals("HS256")) {
      issuer = TokenIssuer.hs256("main", SECRET);
      key = TokenKey.hs256("main", SECRET, "shop", "tidings");
    } else {
      PairAlgorithm pairs = PairAlgorithm.valueOf(algorithm);
      KeyPair pair = pair(pairs);
      issuer =
          TokenIssuer.ofPair("main", pairs, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      key =
          TokenKey.ofPair(
              "main", pairs, pem("PUBLIC KEY", pair.getPublic().getEncoded()), "shop", "tidings");
    }
    Grant grant =
        new Grant(List.of(), List.of(AddressPattern.of("topic:shop.#")), false, false, false);
    for (int i = 0; i < TOKENS; i++) {
      tokens[i] =
          issuer.issue(
              new TokenIssuer.Claims(
                  "id-" + i, "user-" + i, grant, NOW, NOW.plus(LIFE), "shop", "tidings"));
    }
    authenticator =
        new JwtAuthenticator(
            new AccessSettings(List.of(key), List.of(), false), () -> NOW, () -> nanos);
    for (String token : tokens) {
      var _ = authenticator.authenticate(token);
    }
  }

  private static KeyPair pair(PairAlgorithm algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(
            switch (algorithm) {
              case RS256 -> "RSA";
              case ES256 -> "EC";
              case EdDSA -> "Ed25519";
            });
    generator.initialize(
        switch (algorithm) {
          case RS256 -> 2_048;
          case ES256 -> 256;
          case EdDSA -> 255;
        });
    return generator.generateKeyPair();
  }

  private static String pem(String label, byte[] encoded) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(encoded), label);
  }

  private JwtAuthenticator authenticator() {
    if (authenticator == null) {
      throw new IllegalStateException("no setup");
    }
    return authenticator;
  }

  private String token() {
    return tokens[next++ & TOKENS - 1];
  }

  /** A token that is not remembered: whatever was is forgotten, for its time has passed. */
  @Benchmark
  public Caller first() {
    nanos += LIFE.multipliedBy(2).toNanos();
    return authenticator().authenticate(token());
  }

  /** A token that is remembered, as an event loop asks for it. */
  @Benchmark
  public @Nullable Caller remembered() {
    return authenticator().cached(token());
  }
}
