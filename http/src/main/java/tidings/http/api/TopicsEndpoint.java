package tidings.http.api;

import java.util.List;
import java.util.stream.Collectors;
import tidings.core.access.Caller;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.TopicPage;
import tidings.core.notification.JsonWriter;
import tidings.core.notification.Topic;
import tidings.core.notification.TopicPattern;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;
import tidings.http.stream.ReadParameters;

/** {@code GET /v1/topics}: topics to choose from (protocol/preferences.md). */
final class TopicsEndpoint implements Endpoint {
  private static final int LIMIT = 100;
  private static final int LIMIT_MAX = 1_000;

  private final Callers callers;
  private final Inboxes inboxes;

  TopicsEndpoint(Callers callers, Inboxes inboxes) {
    this.callers = callers;
    this.inboxes = inboxes;
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.request().allowParameters(List.of("pattern", "after", "limit"));
    callers.identify(exchange, caller -> list(exchange, caller));
  }

  private void list(Exchange exchange, Caller caller) {
    Request request = exchange.request();
    String pattern = request.parameter("pattern");
    String after = request.parameter("after");
    int limit = ReadParameters.limit(request, LIMIT, LIMIT_MAX);
    TopicPattern wanted =
        pattern == null
            ? TopicPattern.ALL
            : ReadParameters.read("pattern", pattern, TopicPattern::of);
    String from = after == null ? null : ReadParameters.read("after", after, Topic::new).name();
    exchange.reading(() -> {
      TopicPage page = inboxes.topics(caller, wanted, from, limit);
      callers.checkHolds(caller);
      exchange.respond(Response.json(200, json(page)));
    });
  }

  private static byte[] json(TopicPage page) {
    String items =
        page.items().stream()
            .map(item ->
                JsonWriter.object(64)
                    .text("topic", item.topic())
                    .text("newest", item.newest().toString())
                    .end())
            .collect(Collectors.joining(",", "[", "]"));
    return JsonWriter.object(256)
        .json("items", items)
        .text("after", page.after())
        .bool("more", page.more())
        .bytes();
  }
}
