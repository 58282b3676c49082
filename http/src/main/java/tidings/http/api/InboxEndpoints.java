package tidings.http.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.Hub;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Marked;
import tidings.core.inbox.Query;
import tidings.core.inbox.State;
import tidings.core.inbox.Summary;
import tidings.core.log.Cursor;
import tidings.core.notification.Address;
import tidings.core.notification.JsonWriter;
import tidings.core.problem.Problem;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Request;
import tidings.http.exchange.Response;
import tidings.http.stream.ControlJson;
import tidings.http.stream.ReadParameters;

/** {@code /v1/inbox}: a user's own list, its counts, and marks in it (protocol/inbox.md). */
final class InboxEndpoints {
  private static final String PATH = "/v1/inbox/";
  private static final List<String> FILTERS =
      List.of("state", "type", "source", "level", "topic", "q");
  private static final List<String> LIST =
      Stream.concat(FILTERS.stream(), Stream.of("before", "limit")).toList();
  private static final int LIMIT = 50;

  private final Callers callers;
  private final UserCalls calls;
  private final int valuesMax;
  private final Hub hub;
  private final Inboxes inboxes;

  InboxEndpoints(Callers callers, Hub hub) {
    this.callers = callers;
    this.calls = new UserCalls(callers);
    this.valuesMax = callers.usage().limits().patternsPerStream();
    this.hub = hub;
    this.inboxes = hub.inboxes();
  }

  /** {@code GET /v1/inbox}. */
  Endpoint list() {
    return calls.reading(
        LIST,
        (exchange, caller) -> {
          Query query = query(exchange.request());
          Address.User user = new Address.User(Objects.requireNonNull(caller.user()));
          Pages pages = new Pages(hub.log().epochs());
          return () -> Response.json(200, pages.inbox(inboxes.page(caller, query), user));
        });
  }

  private Query query(Request request) {
    String before = request.parameter("before");
    return new Query(
        states(request.parameter("state")),
        ReadParameters.filter(request, valuesMax),
        ReadParameters.topics(request, valuesMax),
        ReadParameters.words(request),
        before == null ? null : ReadParameters.cursor("before", before),
        ReadParameters.limit(request, LIMIT, Inboxes.ENTRIES_MAX));
  }

  private static Set<State> states(@Nullable String state) {
    return switch (state) {
      case null -> Query.NOT_ARCHIVED;
      case "unread" -> Set.of(State.UNREAD);
      case "read" -> Set.of(State.READ);
      case "archived" -> Set.of(State.ARCHIVED);
      case "all" -> Set.of(State.values());
      default ->
          throw Problem.invalidRequest(
                  "state", "unknown (expected unread, read, archived or all, or none)")
              .refusal();
    };
  }

  /** {@code GET /v1/inbox/summary}. */
  Endpoint summary() {
    return calls.reading(
        List.of(),
        (exchange, caller) ->
            () -> {
              Summary summary = inboxes.summary(caller);
              return Response.json(
                  200, ControlJson.summary(JsonWriter.object(96), summary).bytes());
            });
  }

  /** {@code PATCH /v1/inbox/{id}}. */
  Endpoint markOne() {
    return calls.changing(
        List.of(),
        (exchange, caller) -> {
          Touch touch = Touch.of(Fields.of(exchange, Set.of("read", "archived")));
          UUID id =
              NotificationId.parse(exchange.request().path().substring(PATH.length()))
                  .orElseThrow(NotificationId::notFound);
          return () -> {
            Marked marked = inboxes.touch(caller, List.of(id), touch.read, touch.archived);
            if (!marked.missing().isEmpty()) {
              throw NotificationId.notFound();
            }
            return answer(rev(marked.rev()));
          };
        });
  }

  /** What becomes of entries; null is left as it is. */
  private record Touch(@Nullable Boolean read, @Nullable Boolean archived) {
    static Touch of(Fields fields) {
      Touch touch = new Touch(fields.flag("read"), fields.flag("archived"));
      if (touch.read == null && touch.archived == null) {
        throw Fields.invalid("read", "missing (expected it, archived, or both)");
      }
      return touch;
    }
  }

  /** {@code PATCH /v1/inbox}. */
  Endpoint markMany() {
    return calls.changing(
        List.of(),
        (exchange, caller) -> {
          Fields fields = Fields.of(exchange, Set.of("ids", "read", "archived"));
          List<String> ids = fields.texts("ids");
          int count = ids == null ? 0 : ids.size();
          if (ids == null || count < 1 || count > Inboxes.ENTRIES_MAX) {
            throw Fields.invalid(
                "ids", "%d ids (expected 1 to %d)".formatted(count, Inboxes.ENTRIES_MAX));
          }
          Touch touch = Touch.of(fields);
          return () -> answer(markMany(caller, ids, touch));
        });
  }

  private JsonWriter markMany(Caller caller, List<String> ids, Touch touch) {
    Map<String, UUID> read = new HashMap<>();
    ids.forEach(text -> NotificationId.parse(text).ifPresent(id -> read.put(text, id)));
    Marked marked =
        inboxes.touch(caller, List.copyOf(read.values()), touch.read(), touch.archived());
    Set<UUID> missing = Set.copyOf(marked.missing());
    List<String> shown = new ArrayList<>(ids);
    shown.removeIf(text -> read.containsKey(text) && !missing.contains(read.get(text)));
    return rev(marked.rev()).texts("missing", shown);
  }

  /** {@code POST /v1/inbox/seen}, {@code /read} and {@code /archive}. */
  Endpoint markAll(Mark.Kind kind) {
    return calls.changing(
        kind == Mark.Kind.SEEN ? List.of() : FILTERS,
        (exchange, caller) -> {
          Request request = exchange.request();
          Query filters =
              FILTERS.stream().allMatch(name -> request.parameters(name).isEmpty())
                  ? null
                  : query(request);
          String upTo = Fields.of(exchange, Set.of("upTo")).text("upTo");
          if (upTo == null) {
            throw Fields.invalid("upTo", "missing (expected a cursor)");
          }
          Cursor cursor = ReadParameters.cursor("upTo", upTo);
          return () ->
              answer(
                  rev(
                      inboxes.markAll(
                          caller, kind, cursor, filters, () -> callers.checkHolds(caller))));
        });
  }

  private static JsonWriter rev(long rev) {
    return JsonWriter.object(64).number("rev", rev);
  }

  private static Response answer(JsonWriter json) {
    return Response.json(200, json.bytes());
  }
}
