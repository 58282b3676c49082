package tidings.auth;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.access.Credential;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.notification.AddressPattern;

/**
 * What the store keeps of a session: no secret, but whose it is and which token it hangs on.
 *
 * @param grant without what is public, which a configuration may change
 * @param used when it was used last, or a little before
 * @param token what its first starter came with
 * @param within the hashes of the sessions with whose tickets it was started, the nearest first
 */
record SessionRecord(
    String user,
    Grant grant,
    Instant end,
    Instant used,
    Credential.Token token,
    List<String> within) {

  SessionRecord {
    requireNonNull(user);
    within = List.copyOf(within);
  }

  /** Null for one that no token started, as in dev mode: it ends with the process. */
  static @Nullable SessionRecord of(
      String user, Caller starter, Instant end, Instant used, List<AddressPattern> publicly) {
    List<String> within = new ArrayList<>();
    Credential credential = starter.credential();
    while (credential instanceof Credential.Session session) {
      within.add(session.hash());
      credential = session.starter().credential();
    }
    return credential instanceof Credential.Token token
        ? new SessionRecord(user, without(publicly, starter.grant()), end, used, token, within)
        : null;
  }

  private static Grant without(List<AddressPattern> publicly, Grant grant) {
    List<AddressPattern> own =
        grant.subscribe().stream().filter(pattern -> !publicly.contains(pattern)).toList();
    return new Grant(grant.publish(), own, grant.presence(), grant.raw(), grant.operate());
  }

  /** Who started it, as far as that matters now. */
  Caller starter(List<AddressPattern> publicly) {
    Caller starter = Caller.of(user, Publisher.subject(user), grant.andRead(publicly), end, token);
    for (String hash : within.reversed()) {
      starter =
          new Caller(
              user,
              starter.publisher(),
              starter.grant(),
              end,
              new Credential.Session(hash, starter));
    }
    return starter;
  }

  Kept kept(String hash) {
    Map<String, @Nullable Object> fields = new HashMap<>();
    fields.put("user", user);
    fields.put("grants", TokenIssuer.grants(grant));
    fields.put("end", end.toEpochMilli());
    fields.put("used", used.toEpochMilli());
    fields.put("within", within);
    fields.put("issuer", token.key().issuer());
    fields.put("key", token.key().id());
    fields.put("print", token.key().print());
    fields.put("jti", token.id());
    fields.put("iat", token.issuedAt() == null ? null : token.issuedAt().toEpochMilli());
    return new Kept(Kind.SESSION, hash, JSONObjectUtils.toJSONString(fields));
  }

  /**
   * @throws IllegalStateException if this is no such record, whatever it is
   */
  static SessionRecord read(Kept kept) {
    try {
      Map<String, Object> fields = JSONObjectUtils.parse(kept.content());
      Credential.Key key =
          new Credential.Key(
              JSONObjectUtils.getString(fields, "issuer"),
              JSONObjectUtils.getString(fields, "key"),
              JSONObjectUtils.getString(fields, "print"));
      return new SessionRecord(
          JSONObjectUtils.getString(fields, "user"),
          TokenClaims.grant(fields.get("grants")),
          time(fields, "end"),
          time(fields, "used"),
          new Credential.Token(
              key,
              JSONObjectUtils.getString(fields, "jti"),
              fields.get("iat") != null ? time(fields, "iat") : null),
          JSONObjectUtils.getStringList(fields, "within"));
    } catch (ParseException | InvalidToken | RuntimeException e) {
      throw new IllegalStateException("a session in the store can't be read", e);
    }
  }

  private static Instant time(Map<String, Object> fields, String name) throws ParseException {
    return Instant.ofEpochMilli(JSONObjectUtils.getLong(fields, name));
  }
}
