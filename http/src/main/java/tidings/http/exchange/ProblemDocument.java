package tidings.http.exchange;

import tidings.core.notification.JsonWriter;
import tidings.core.problem.Problem;

/** Problems as HTTP answers (RFC 9457; protocol/problems.md). */
public final class ProblemDocument {
  /** After so many seconds a retry is worth it where nobody knows better. */
  static final int WAIT_S = 2;

  private ProblemDocument() {}

  /** The answer that tells a problem, with the headers that go with its kind. */
  public static Response response(Problem problem) {
    return response(problem, WAIT_S);
  }

  /**
   * The same, worth a retry after some seconds.
   *
   * @param waitS told with the kinds that may pass
   */
  public static Response response(Problem problem, int waitS) {
    return response(problem, status(problem.kind()), waitS);
  }

  /** The same with a status of its own. */
  public static Response withStatus(Problem problem, int status) {
    return response(problem, status, WAIT_S);
  }

  private static Response response(Problem problem, int status, int waitS) {
    Response response =
        Response.of(status, "application/problem+json", json(problem, status).bytes())
            .header("Cache-Control", "no-store");
    return switch (problem.kind()) {
      case UNAUTHENTICATED -> response.header("WWW-Authenticate", challenge(problem));
      case RATE_LIMITED, OVERLOADED, STORAGE_FULL, UNAVAILABLE ->
          response.header("Retry-After", Integer.toString(waitS));
      default -> response;
    };
  }

  /** A challenge says more only if there was a token (RFC 6750, 3.1). */
  private static String challenge(Problem problem) {
    return "Authorization".equals(problem.field()) ? "Bearer error=\"invalid_token\"" : "Bearer";
  }

  /** The document, unfinished: a line number may follow. */
  public static JsonWriter json(Problem problem) {
    return json(problem, status(problem.kind()));
  }

  private static JsonWriter json(Problem problem, int status) {
    return JsonWriter.object(256)
        .text("type", "urn:tidings:problem:" + problem.kind().slug())
        .text("title", title(problem.kind()))
        .number("status", status)
        .text("detail", problem.detail())
        .text("field", problem.field());
  }

  /** The status that a kind of problem has in HTTP. */
  public static int status(Problem.Kind kind) {
    return switch (kind) {
      case INVALID_REQUEST, INVALID_NOTIFICATION, INVALID_CURSOR -> 400;
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN -> 403;
      case NOT_FOUND -> 404;
      case METHOD_NOT_ALLOWED -> 405;
      case REF_CONFLICT, REV_CONFLICT -> 409;
      case TOO_LARGE -> 413;
      case UNSUPPORTED_MEDIA_TYPE -> 415;
      case RATE_LIMITED -> 429;
      case OUTCOME_UNKNOWN, INTERNAL -> 500;
      case OVERLOADED, STORAGE_FULL, UNAVAILABLE -> 503;
    };
  }

  private static String title(Problem.Kind kind) {
    return switch (kind) {
      case INVALID_REQUEST -> "Invalid request";
      case INVALID_NOTIFICATION -> "Invalid notification";
      case INVALID_CURSOR -> "Invalid cursor";
      case UNAUTHENTICATED -> "Not authenticated";
      case FORBIDDEN -> "Not allowed";
      case NOT_FOUND -> "Not found";
      case METHOD_NOT_ALLOWED -> "Method not allowed";
      case REF_CONFLICT -> "Ref already used";
      case REV_CONFLICT -> "Revision conflict";
      case TOO_LARGE -> "Too large";
      case UNSUPPORTED_MEDIA_TYPE -> "Unsupported media type";
      case RATE_LIMITED -> "Too many requests";
      case INTERNAL -> "Internal error";
      case OUTCOME_UNKNOWN -> "Outcome unknown";
      case OVERLOADED -> "Overloaded";
      case STORAGE_FULL -> "Storage full";
      case UNAVAILABLE -> "Unavailable";
    };
  }
}
