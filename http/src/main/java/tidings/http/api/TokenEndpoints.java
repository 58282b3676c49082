package tidings.http.api;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tidings.core.access.ApiTokens;
import tidings.core.access.Grant;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.NotificationJson;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/** {@code /v1/tokens}: API tokens, for who operates the hub (protocol/access.md). */
final class TokenEndpoints {
  private static final String PATH = "/v1/tokens/";

  private final Callers callers;
  private final ApiTokens tokens;

  TokenEndpoints(Callers callers, ApiTokens tokens) {
    this.callers = callers;
    this.tokens = tokens;
  }

  /** {@code POST /v1/tokens}. */
  FieldsEndpoint make() {
    return exchange -> {
      exchange.request().allowParameters(List.of());
      callers.identifyOperator(exchange, operator -> make(exchange));
    };
  }

  private void make(Exchange exchange) {
    Set<String> known = new HashSet<>(Fields.GRANTS);
    known.add("name");
    Fields fields = Fields.of(exchange, known);
    String name = fields.text("name");
    if (name == null) {
      throw Fields.invalid("name", "missing");
    }
    Grant grant = fields.grant();
    exchange.administers("token " + name);
    Stored.respond(
        exchange,
        tokens.make(name, grant),
        token ->
            Response.json(
                    201, JsonWriter.object(128).text("name", name).text("token", token).bytes())
                .header("Location", PATH + name));
  }

  /** {@code GET /v1/tokens}. */
  Endpoint list() {
    return exchange -> {
      exchange.request().allowParameters(List.of());
      callers.identifyOperator(
          exchange,
          operator -> {
            String items =
                tokens.list().stream()
                    .map(TokenEndpoints::json)
                    .collect(Collectors.joining(",", "[", "]"));
            exchange.respond(
                Response.json(200, JsonWriter.object(256).json("items", items).bytes()));
          });
    };
  }

  private static String json(ApiTokens.Described token) {
    return JsonWriter.object(256)
        .text("name", token.name())
        .text("made", NotificationJson.time(token.made()))
        .json("grants", GrantJson.of(token.grant()))
        .end();
  }

  /** {@code DELETE /v1/tokens/{}}. */
  Endpoint revoke() {
    return exchange -> {
      exchange.request().allowParameters(List.of());
      callers.identifyOperator(
          exchange,
          operator -> {
            String name = exchange.request().path().substring(PATH.length());
            exchange.administers("token " + name);
            Stored.respond(
                exchange,
                tokens.revoke(name),
                done -> Response.empty(204).header("Cache-Control", "no-store"));
          });
    };
  }
}
