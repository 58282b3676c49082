package tidings.auth;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Grant;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Refusal;

/**
 * What a token says (protocol/access.md), read strictly. Made only of tokens whose signature was
 * checked; {@link #claimedIssuer} alone is for others.
 */
record TokenClaims(
    String user,
    Instant expires,
    @Nullable Instant notBefore,
    @Nullable Instant issuedAt,
    List<String> audience,
    @Nullable String tokenId,
    Grant grant) {

  /** A minute before the last second that RFC 3339 can write, 9999-12-31T23:59:59Z. */
  private static final long SECONDS_MAX = 253_402_300_799L - 60;

  /**
   * Reads the claims.
   *
   * @throws InvalidToken naming the claim that is missing, unknown or of the wrong type
   */
  static TokenClaims read(String json) throws InvalidToken {
    Map<String, Object> claims;
    try {
      claims = object(json);
    } catch (ParseException e) {
      throw new InvalidToken("its claims are no JSON object");
    }
    String user = text(claims, "sub");
    if (user == null || !Address.User.isId(user)) {
      throw new InvalidToken("sub is missing or no user id");
    }
    Instant expires = time(claims, "exp");
    if (expires == null) {
      throw new InvalidToken("exp is missing");
    }
    var _ = text(claims, "iss"); // the key was chosen by it
    return new TokenClaims(
        user,
        expires,
        time(claims, "nbf"),
        time(claims, "iat"),
        audience(claims.get("aud")),
        text(claims, "jti"),
        grant(claims.get("tidings")));
  }

  /**
   * Whose token it claims to be, null if it doesn't say. Anybody may have written it: it may choose
   * which keys are tried, and where another is looked for, and nothing else.
   */
  static @Nullable String claimedIssuer(String json) {
    try {
      return object(json).get("iss") instanceof String issuer ? issuer : null;
    } catch (ParseException e) {
      return null;
    }
  }

  /** Reads a JSON object, where Nimbus has null for whatever begins with {@code null}. */
  static Map<String, Object> object(String json) throws ParseException {
    Map<String, Object> object = JSONObjectUtils.parse(json);
    if (object == null) {
      throw new ParseException("null", 0);
    }
    return object;
  }

  private static List<String> audience(@Nullable Object aud) throws InvalidToken {
    return aud instanceof String one ? List.of(one) : texts("aud", aud);
  }

  /** Reads grants; none from null. */
  static Grant grant(@Nullable Object tidings) throws InvalidToken {
    if (tidings == null) {
      return Grant.NOTHING;
    }
    if (!(tidings instanceof Map<?, ?> grants)) {
      throw new InvalidToken("tidings is no object");
    }
    for (Object name : grants.keySet()) {
      switch ((String) name) {
        case "publish", "subscribe", "presence", "raw", "operate" -> {}
        default ->
            throw new InvalidToken(
                "tidings holds an unknown grant (expected publish, subscribe, presence, raw or"
                    + " operate)");
      }
    }
    return new Grant(
        patterns("tidings.publish", grants.get("publish")),
        patterns("tidings.subscribe", grants.get("subscribe")),
        flag("tidings.presence", grants.get("presence")),
        flag("tidings.raw", grants.get("raw")),
        flag("tidings.operate", grants.get("operate")));
  }

  private static List<AddressPattern> patterns(String name, @Nullable Object value)
      throws InvalidToken {
    List<AddressPattern> patterns = new ArrayList<>();
    for (String text : texts(name, value)) {
      try {
        patterns.add(AddressPattern.of(text));
      } catch (Refusal e) {
        throw new InvalidToken(
            "%s[%d] is no address pattern (expected everyone, user:ID, user:* or topic:PATTERN)"
                .formatted(name, patterns.size()));
      }
    }
    return patterns;
  }

  private static List<String> texts(String name, @Nullable Object value) throws InvalidToken {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw new InvalidToken(name + " is no array of strings");
    }
    List<String> texts = new ArrayList<>();
    for (Object item : list) {
      if (!(item instanceof String text)) {
        throw new InvalidToken(name + " is no array of strings");
      }
      texts.add(text);
    }
    return texts;
  }

  private static boolean flag(String name, @Nullable Object value) throws InvalidToken {
    return switch (value) {
      case null -> false;
      case Boolean granted -> granted;
      default -> throw new InvalidToken(name + " is neither true nor false");
    };
  }

  private static @Nullable String text(Map<String, Object> claims, String name)
      throws InvalidToken {
    return switch (claims.get(name)) {
      case null -> null;
      case String text -> text;
      default -> throw new InvalidToken(name + " is no string");
    };
  }

  private static @Nullable Instant time(Map<String, Object> claims, String name)
      throws InvalidToken {
    return switch (claims.get(name)) {
      case null -> null;
      case Number seconds when seconds.doubleValue() >= 0 && seconds.doubleValue() <= SECONDS_MAX ->
          Instant.ofEpochMilli((long) (seconds.doubleValue() * 1_000));
      default -> throw new InvalidToken(name + " is no number of seconds since 1970");
    };
  }
}
