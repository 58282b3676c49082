package tidings.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Authenticator;
import tidings.core.access.Caller;
import tidings.core.access.Credential;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;

/**
 * Turns JSON Web Tokens (RFC 7519, signed in compact form) into callers (protocol/access.md). The
 * algorithm belongs to the configured key: a token's header only has to agree. Thread-safe.
 */
public final class JwtAuthenticator implements Authenticator {
  /** How far the clock of whoever issued a token may differ from the hub's. */
  private static final Duration LEEWAY = Duration.ofSeconds(30);

  private static final int TOKEN_CHARS_MAX = 16 << 10;

  /** Verified tokens are remembered until their texts would take so much. */
  private static final int CACHED_CHARS_MAX = 16 << 20;

  private static final Pattern COMPACT =
      Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");

  private final AccessSettings settings;
  private final InstantSource clock;
  private final @Nullable Caller anonymous;
  private final Cache<TokenDigest, Verified> verified;

  /** What is remembered of a token. */
  private record Verified(Caller caller, Instant expires, int chars) {}

  /**
   * @param ticker monotonic nanoseconds
   */
  public JwtAuthenticator(AccessSettings settings, InstantSource clock, LongSupplier ticker) {
    this.settings = settings;
    this.clock = clock;
    this.anonymous = anonymous(settings);
    this.verified =
        Caffeine.newBuilder()
            .maximumWeight(CACHED_CHARS_MAX)
            .weigher((TokenDigest digest, Verified known) -> known.chars())
            .expireAfter(
                Expiry.<TokenDigest, Verified>creating(
                    (digest, known) -> Duration.between(clock.instant(), known.expires())))
            .ticker(ticker::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  private static @Nullable Caller anonymous(AccessSettings settings) {
    if (settings.dev()) {
      return Caller.of("dev", Publisher.subject("dev"), Grant.ALL, null, null);
    }
    Grant grant = Grant.NOTHING.andRead(settings.publicly());
    return settings.publicly().isEmpty()
        ? null
        : Caller.of(null, Publisher.subject(null), grant, null, null);
  }

  @Override
  public @Nullable Caller anonymous() {
    return anonymous;
  }

  @Override
  public @Nullable Caller cached(String token) {
    Verified known = verified.getIfPresent(TokenDigest.of(token));
    return known != null && holds(known.caller) ? known.caller : null;
  }

  @Override
  public long changes() {
    return settings.keys().removals();
  }

  @Override
  public boolean holds(Caller caller) {
    Instant expires = caller.expires();
    return (expires == null || clock.instant().isBefore(expires))
        && (!(caller.credential() instanceof Credential.Token token)
            || settings.keys().holds(token.key()));
  }

  @Override
  public Caller authenticate(String token) {
    Caller known = cached(token);
    if (known != null) {
      return known;
    }
    try {
      Verified fresh = verify(token);
      verified.put(TokenDigest.of(token), fresh);
      return fresh.caller;
    } catch (InvalidToken e) {
      throw e.refusal();
    }
  }

  private Verified verify(String token) throws InvalidToken {
    Matcher parts = COMPACT.matcher(token);
    if (token.length() > TOKEN_CHARS_MAX || !parts.matches()) {
      throw new InvalidToken("not a signed JWT in compact form");
    }
    JWSHeader header = header(parts.group(1));
    String payload = new String(decode(parts.group(2)), StandardCharsets.UTF_8);
    List<TokenKey> signers =
        signers(header, payload, token.substring(0, parts.end(2)), decode(parts.group(3)));
    TokenClaims claims = TokenClaims.read(payload);
    checkTimes(claims);
    TokenKey key = meantKey(signers, claims);
    Instant end = claims.expires().plus(LEEWAY);
    return new Verified(caller(claims, key, end), end, token.length());
  }

  /** The header, if nothing in it tries to choose how it is verified. */
  private static JWSHeader header(String encoded) throws InvalidToken {
    JWSHeader header;
    try {
      Base64URL text = new Base64URL(encoded);
      header = JWSHeader.parse(TokenClaims.object(text.decodeToString()), text);
    } catch (ParseException | IllegalArgumentException e) {
      throw new InvalidToken("its header is not that of a signed JWT");
    }
    if (header.getCriticalParams() != null) {
      throw new InvalidToken("its header has a crit (expected none)");
    }
    if (header.getJWK() != null
        || header.getJWKURL() != null
        || header.getX509CertURL() != null
        || header.getX509CertChain() != null) {
      throw new InvalidToken("it carries a key (expected a configured one's kid)");
    }
    return header;
  }

  /**
   * The keys that signed it, after a new look for keys if none of those that are known did. Only
   * those are tried, and only that set is looked at, whose issuer the token claims to be of.
   */
  private List<TokenKey> signers(JWSHeader header, String payload, String input, byte[] signature)
      throws InvalidToken {
    KeyRing ring = settings.keys();
    String issuer = TokenClaims.claimedIssuer(payload);
    byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
    Predicate<TokenKey> signed =
        key ->
            key.isOf(issuer)
                && (header.getKeyID() == null || header.getKeyID().equals(key.id()))
                && key.signed(header, bytes, signature);
    Set<TokenKey> tried = ring.keys();
    List<TokenKey> signers = tried.stream().filter(signed).toList();
    if (!signers.isEmpty()) {
      return signers;
    }
    KeySet set = ring.setOf(issuer);
    boolean settled = set == null || set.isSettled(header.getKeyID());
    if (!ring.keys().equals(tried)) {
      signers = ring.keys().stream().filter(signed).toList();
    }
    if (!signers.isEmpty()) {
      return signers;
    }
    if (!settled) {
      throw KeySet.UNREADABLE.refusal();
    }
    throw new InvalidToken("not signed by a configured key of its issuer");
  }

  private void checkTimes(TokenClaims claims) throws InvalidToken {
    Instant now = clock.instant();
    if (!now.isBefore(claims.expires().plus(LEEWAY))) {
      throw new InvalidToken("it has expired");
    }
    if (isAhead(claims.notBefore(), now) || isAhead(claims.issuedAt(), now)) {
      throw new InvalidToken("it is not valid yet");
    }
  }

  /** The key whose audience is one of the claims'. */
  private static TokenKey meantKey(List<TokenKey> signers, TokenClaims claims) throws InvalidToken {
    for (TokenKey key : signers) {
      if (key.audience() == null || claims.audience().contains(key.audience())) {
        return key;
      }
    }
    throw new InvalidToken("aud is not the one that is configured for the key");
  }

  private static boolean isAhead(@Nullable Instant time, Instant now) {
    return time != null && time.isAfter(now.plus(LEEWAY));
  }

  private Caller caller(TokenClaims claims, TokenKey key, Instant end) {
    return Caller.of(
        claims.user(),
        Publisher.subject(claims.user()),
        claims.grant().andRead(settings.publicly()),
        end,
        new Credential.Token(key.name(), claims.tokenId(), claims.issuedAt()));
  }

  private static byte[] decode(String base64Url) throws InvalidToken {
    try {
      return Base64.getUrlDecoder().decode(base64Url);
    } catch (IllegalArgumentException e) {
      throw new InvalidToken("not a signed JWT in compact form");
    }
  }
}
