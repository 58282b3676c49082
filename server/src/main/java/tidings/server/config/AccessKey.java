package tidings.server.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tidings.auth.PairAlgorithm;
import tidings.auth.TokenIssuer;
import tidings.auth.TokenKey;

/** A key that verifies tokens, bound to its algorithm. */
public sealed interface AccessKey {
  /** The shortest secret that HS256 may have (RFC 7518, 3.2). */
  int SECRET_BYTES_MIN = 32;

  /** The name that tokens give in {@code kid}. */
  String id();

  /** What the token's {@code iss} must be, null if any will do. */
  @Nullable String issuer();

  /** What the token's {@code aud} must contain, null if any will do. */
  @Nullable String audience();

  /**
   * A secret that issuer and hub share (HMAC with SHA-256).
   *
   * @param secret at least {@link #SECRET_BYTES_MIN} bytes
   */
  record Hs256(String id, @Nullable String issuer, @Nullable String audience, Secret secret)
      implements AccessKey {}

  /**
   * A pair of keys.
   *
   * @param publicKey a PEM file
   * @param privateKey a PEM file, needed only to issue tokens with {@code tidings token}
   */
  record Pair(
      String id,
      @Nullable String issuer,
      @Nullable String audience,
      PairAlgorithm algorithm,
      Path publicKey,
      @Nullable Path privateKey)
      implements AccessKey {}

  /** The algorithms, spelled as in a token's header. */
  enum Algorithm {
    HS256(null),
    RS256(PairAlgorithm.RS256),
    ES256(PairAlgorithm.ES256),
    EdDSA(PairAlgorithm.EdDSA);

    private final @Nullable PairAlgorithm pair;

    /**
     * @param pair null for the one with a secret
     */
    Algorithm(@Nullable PairAlgorithm pair) {
      this.pair = pair;
    }
  }

  static AccessKey read(Section section) {
    String id =
        section.required(
            "id",
            Kind.TEXT,
            "main",
            "The key's name; a token that names one in `kid` means it. No other key of its issuer"
                + " has it.");
    Algorithm algorithm =
        section.required(
            "algorithm",
            Kind.oneOf(List.of(Algorithm.values()), Algorithm::name),
            "HS256",
            "The key's algorithm. A token never chooses it.");
    Secret secret =
        section.secret(
            "secret",
            "For HS256: the secret, at least 32 bytes. Better in a file.",
            "at the start");
    Path publicKey =
        section.path(
            "public-key-file",
            "For RS256, ES256 and EdDSA: the public key, as PEM (`openssl pkey -pubout`).");
    Path privateKey =
        section.path(
            "private-key-file",
            "For the same: the private key, as PEM. Only `tidings token` uses it.");
    String issuer =
        section.optional("issuer", Kind.TEXT, "What a token's `iss` must be, if this is given.");
    String audience =
        section.optional(
            "audience", Kind.TEXT, "What a token's `aud` must contain, if this is given.");
    PairAlgorithm pair = algorithm.pair;
    if (pair == null) {
      refuse(section, "public-key-file", publicKey, algorithm);
      refuse(section, "private-key-file", privateKey, algorithm);
      return new Hs256(id, issuer, audience, sufficient(section, secret));
    }
    refuse(section, "secret", secret, algorithm);
    if (publicKey == null) {
      section.fault("", algorithm + " needs public-key-file");
    }
    check(
        section,
        "public-key-file",
        publicKey,
        pem -> TokenKey.ofPair(id, pair, pem, issuer, audience));
    check(section, "private-key-file", privateKey, pem -> TokenIssuer.ofPair(id, pair, pem));
    Path given = publicKey == null ? Path.of("") : publicKey;
    return new Pair(id, issuer, audience, pair, given, privateKey);
  }

  private static void refuse(
      Section section, String key, @Nullable Object value, Algorithm algorithm) {
    if (value != null) {
      section.fault(key, "has no meaning for a key whose algorithm is " + algorithm);
    }
  }

  private static Secret sufficient(Section section, @Nullable Secret secret) {
    if (secret == null) {
      section.fault("", "HS256 needs secret-file (or secret-env, or secret)");
      return new Secret.Inline("");
    }
    String key = secret instanceof Secret.InFile ? "secret-file" : "secret";
    try {
      int length = secret.value().getBytes(StandardCharsets.UTF_8).length;
      if (length < SECRET_BYTES_MIN) {
        section.fault(
            key,
            "the secret has %d bytes (expected at least %d; openssl rand -hex 32 makes one)"
                .formatted(length, SECRET_BYTES_MIN));
      }
    } catch (IOException e) {
      section.fault(key, e.getMessage() + " (openssl rand -hex 32 > key makes a secret)");
    }
    return secret;
  }

  /** Notes a fault if there is a file from which no key can be made. */
  private static void check(
      Section section, String key, @Nullable Path file, Function<String, Object> made) {
    if (file == null) {
      return;
    }
    try {
      var _ = made.apply(Files.readString(file));
    } catch (IOException e) {
      section.fault(key, file + " can't be read (expected a PEM file)");
    } catch (IllegalArgumentException e) {
      section.fault(key, file + ": " + e.getMessage());
    }
  }
}
