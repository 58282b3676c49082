package tidings.http.audit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import tidings.core.access.Caller;
import tidings.http.audit.Tally.Kind;
import tidings.http.audit.Tally.Swept;
import tidings.http.exchange.Request;
import tidings.http.exchange.Sender;

/**
 * Writes refused access, signing in and out, and administration to the logger {@code
 * tidings.audit}, as one line with fields each. Nothing is written that a client chose but its user
 * id and its request's id: no token, no path, no query.
 *
 * <p>A refusal is told at once; those like it that follow are counted, and told together by {@link
 * #sweep}. Of those that differ, so many are told apart between two sweeps, of one network and of
 * all, and the rest are one number: who wants to fill the disk, or to hide other refusals, needs
 * patience, or many networks (of IPv6, /48). Signing in and out is counted apart from them, and
 * keeps its user however many of a network do: it takes a token that is good. Thread-safe.
 */
public final class Audit {
  private static final Logger logger = LoggerFactory.getLogger("tidings.audit");
  private static final int REFUSALS_PER_NETWORK_MAX = 16;

  private final Tally refusals = new Tally(REFUSALS_PER_NETWORK_MAX);
  private final Tally sessions = new Tally(Tally.KINDS_MAX);

  /**
   * Notes that access was refused.
   *
   * @param call the method and the path's pattern, as the hub knows them
   * @param caller who it was, null if that is not known
   * @param status the answer's
   */
  public void refused(Request request, String call, @Nullable Caller caller, int status) {
    note(refusals, "refused", request, call, caller, status);
  }

  /** Notes that a session was started; parameters as {@link #refused} has them. */
  public void signedIn(Request request, String call, @Nullable Caller caller, int status) {
    note(sessions, "signed in", request, call, caller, status);
  }

  /** Notes that a session was ended; parameters as {@link #refused} has them. */
  public void signedOut(Request request, String call, @Nullable Caller caller, int status) {
    note(sessions, "signed out", request, call, caller, status);
  }

  private static void note(
      Tally tally, String what, Request request, String call, @Nullable Caller caller, int status) {
    InetAddress client = request.sender().client();
    String user = caller == null ? null : caller.user();
    Kind told = tally.count(new Kind(what, Sender.site(client), call, status, user));
    if (told != null) {
      line(told, client).addKeyValue("request", request.id()).log(what);
    }
  }

  /**
   * Notes what an operator did.
   *
   * @param call as {@link #refused} has it
   * @param what the subject of it: never a secret
   */
  public void administered(Request request, String call, @Nullable Caller caller, String what) {
    logger
        .atInfo()
        .addKeyValue("client", request.sender().client().getHostAddress())
        .addKeyValue("call", call)
        .addKeyValue("by", caller == null ? "" : caller.publisher().name())
        .addKeyValue("what", what)
        .addKeyValue("request", request.id())
        .log("administered");
  }

  /** Tells how many more there were since, and begins anew; called every minute or so. */
  public void sweep() {
    tell(refusals.sweep(), "others too");
    tell(sessions.sweep(), "others signed in or out");
  }

  private static void tell(Swept swept, String others) {
    swept.more.forEach((kind, times) -> {
      if (times > 0) {
        line(kind, kind.network()).addKeyValue("times", times).log(kind.what() + " again");
      }
    });
    if (swept.others > 0) {
      logger.atInfo().addKeyValue("times", swept.others).log(others);
    }
  }

  private static LoggingEventBuilder line(Kind kind, InetAddress client) {
    LoggingEventBuilder line =
        logger
            .atInfo()
            .addKeyValue("client", client.getHostAddress())
            .addKeyValue("call", kind.call())
            .addKeyValue("status", kind.status());
    return kind.user() == null ? line : line.addKeyValue("user", kind.user());
  }
}
