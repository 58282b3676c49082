package tidings.auth;

import org.jspecify.annotations.Nullable;
import tidings.core.access.Authenticator;
import tidings.core.access.Caller;
import tidings.core.access.Credential;

/**
 * Everyone who may come: with signed tokens, unless they were taken back, with API tokens, and
 * whoever holds a session. What a signed token says is remembered by who verifies it; whether it
 * holds is asked each time. Thread-safe.
 */
public final class HubAuthenticator implements Authenticator {
  private final Authenticator signed;
  private final KeptApiTokens apiTokens;
  private final KeptRevocations revocations;
  private final KeptSessions sessions;

  /**
   * @param signed verifies signed tokens
   */
  public HubAuthenticator(
      Authenticator signed,
      KeptApiTokens apiTokens,
      KeptRevocations revocations,
      KeptSessions sessions) {
    this.signed = signed;
    this.apiTokens = apiTokens;
    this.revocations = revocations;
    this.sessions = sessions;
  }

  @Override
  public Caller authenticate(String token) {
    try {
      return held(isApiToken(token) ? apiTokens.caller(token) : signed.authenticate(token));
    } catch (InvalidToken e) {
      throw e.refusal();
    }
  }

  private Caller held(@Nullable Caller caller) throws InvalidToken {
    if (caller == null || !holds(caller)) {
      throw new InvalidToken("it is unknown, or was revoked");
    }
    return caller;
  }

  @Override
  public @Nullable Caller cached(String token) {
    Caller caller = isApiToken(token) ? apiTokens.caller(token) : signed.cached(token);
    return caller != null && holds(caller) ? caller : null;
  }

  private static boolean isApiToken(String token) {
    return token.startsWith(KeptApiTokens.PREFIX);
  }

  @Override
  public @Nullable Caller anonymous() {
    return signed.anonymous();
  }

  @Override
  public long changes() {
    return signed.changes() + apiTokens.changes() + revocations.changes() + sessions.changes();
  }

  @Override
  public boolean holds(Caller caller) {
    return signed.holds(caller)
        && switch (caller.credential()) {
          case null -> true;
          case Credential.Token token -> !revocations.isRevoked(caller.user(), token);
          case Credential.ApiToken token -> apiTokens.holds(token);
          case Credential.Session session -> sessions.holds(session) && holds(session.starter());
        };
  }
}
