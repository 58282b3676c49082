package tidings.client;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The inbox of the user whose token it is (protocol/inbox.md). Safe for use by several threads.
 *
 * <p>Each call throws {@link ProblemException} if the hub refuses, as without a user, and another
 * {@link IOException} if it can't be reached. All can be repeated without harm.
 */
public final class Inbox {
  private static final String PATH = "/v1/inbox";

  private final Hub hub;

  Inbox(Hub hub) {
    this.hub = hub;
  }

  /** What is done to single notifications; each can be taken back by its opposite. */
  public enum Mark {
    READ("read", true),
    UNREAD("read", false),
    ARCHIVED("archived", true),
    NOT_ARCHIVED("archived", false);

    private final String flag;
    private final boolean value;

    Mark(String flag, boolean value) {
      this.flag = flag;
      this.value = value;
    }
  }

  /** How much is unread and unseen. */
  public Summary summary() throws IOException, InterruptedException {
    return hub.call("GET", PATH + "/summary", null, Summary.class);
  }

  /**
   * A page of it, the newest first.
   *
   * @param before the cursor of the page before; null for the first page
   * @param limit how many items at most: 1 to 500
   */
  public InboxPage page(InboxFilter filter, @Nullable String before, int limit)
      throws IOException, InterruptedException {
    Query query = filter.query().and("before", before).and("limit", limit);
    return hub.call("GET", query.of(PATH), null, InboxPage.class);
  }

  /**
   * Marks single notifications.
   *
   * @param ids 1 to 500 of them
   */
  public Marked mark(Mark mark, List<String> ids) throws IOException, InterruptedException {
    Map<String, Object> body = Map.of(mark.flag, mark.value, "ids", ids);
    return hub.call("PATCH", PATH, body, Marked.class);
  }

  /** Says that everything up to a cursor has been seen; nothing of it is unseen any more. */
  public Marked seen(String upTo) throws IOException, InterruptedException {
    return upTo("/seen", InboxFilter.none(), upTo);
  }

  /** Marks as read everything up to a cursor; with a filter, what is listed by it. */
  public Marked readAll(InboxFilter filter, String upTo) throws IOException, InterruptedException {
    return upTo("/read", filter, upTo);
  }

  /** Archives everything up to a cursor; with a filter, what is listed by it. */
  public Marked archiveAll(InboxFilter filter, String upTo)
      throws IOException, InterruptedException {
    return upTo("/archive", filter, upTo);
  }

  private Marked upTo(String what, InboxFilter filter, String upTo)
      throws IOException, InterruptedException {
    return hub.call("POST", filter.query().of(PATH + what), Map.of("upTo", upTo), Marked.class);
  }
}
