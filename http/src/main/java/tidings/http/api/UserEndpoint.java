package tidings.http.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import tidings.core.inbox.Inboxes;
import tidings.core.notification.Address;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** {@code DELETE /v1/users/{id}}: erases a person (protocol/presence.md). */
final class UserEndpoint implements Endpoint {
  static final String PATH = "/v1/users/";

  private final Callers callers;
  private final Inboxes inboxes;

  UserEndpoint(Callers callers, Inboxes inboxes) {
    this.callers = callers;
    this.inboxes = inboxes;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(List.of());
    callers.identifyOperator(
        exchange,
        operator -> {
          String user = user(exchange.request().path().substring(PATH.length()));
          exchange.administers("user " + user);
          Stored.respond(
              exchange,
              inboxes.erase(user),
              done -> Response.empty(204).header("Cache-Control", "no-store"));
        });
  }

  private static String user(String segment) {
    try {
      String plus = segment.replace("+", "%2B"); // a space in forms alone
      byte[] bytes = URLDecoder.decode(plus, ISO_8859_1).getBytes(ISO_8859_1);
      String user = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (Address.User.isId(user)) {
        return user;
      }
    } catch (IllegalArgumentException | CharacterCodingException e) {
      // no id either
    }
    throw Fields.invalid("id", "no user id (expected it in the path, percent-encoded)");
  }
}
