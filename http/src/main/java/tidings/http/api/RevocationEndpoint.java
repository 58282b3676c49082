package tidings.http.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import tidings.core.access.Revocations;
import tidings.core.access.Revocations.Target;
import tidings.core.notification.Address;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** {@code POST /v1/revocations} (protocol/access.md). */
final class RevocationEndpoint implements FieldsEndpoint {
  private static final Set<String> FIELDS = Set.of("jti", "sub", "until");
  private static final int JTI_CHARS_MAX = 1_024;
  private static final Duration UNTIL_MAX = Duration.ofDays(3_660);

  private final Callers callers;
  private final Revocations revocations;
  private final InstantSource clock;

  RevocationEndpoint(Callers callers, Revocations revocations, InstantSource clock) {
    this.callers = callers;
    this.revocations = revocations;
    this.clock = clock;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(List.of());
    callers.identifyOperator(exchange, operator -> revoke(exchange));
  }

  private void revoke(Exchange exchange) {
    Fields fields = Fields.of(exchange, FIELDS);
    Target target = target(fields);
    Instant until = until(fields);
    exchange.administers(
        switch (target) {
          case Target.TokenId id -> "jti " + id.jti();
          case Target.Subject subject -> "sub " + subject.sub();
        });
    Stored.respond(
        exchange,
        revocations.revoke(target, until),
        done -> Response.empty(204).header("Cache-Control", "no-store"));
  }

  private static Target target(Fields fields) {
    String jti = fields.text("jti");
    String sub = fields.text("sub");
    if (jti != null && sub == null) {
      if (jti.isEmpty() || jti.length() > JTI_CHARS_MAX) {
        throw Fields.invalid("jti", "expected 1 to %d characters".formatted(JTI_CHARS_MAX));
      }
      return new Target.TokenId(jti);
    }
    if (sub != null && jti == null) {
      if (!Address.User.isId(sub)) {
        throw Fields.invalid("sub", "no user id");
      }
      return new Target.Subject(sub);
    }
    throw Fields.invalid("jti", "expected it or sub, and not both");
  }

  private Instant until(Fields fields) {
    Instant until = fields.time("until");
    Instant now = clock.instant();
    if (until == null || !until.isAfter(now) || until.isAfter(now.plus(UNTIL_MAX))) {
      throw Fields.invalid(
          "until",
          "expected a time to come, within %d days: when the last of these tokens ends"
              .formatted(UNTIL_MAX.toDays()));
    }
    return until;
  }
}
