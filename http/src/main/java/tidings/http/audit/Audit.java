package tidings.http.audit;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import tidings.core.access.Caller;
import tidings.http.exchange.Request;
import tidings.http.exchange.Sender;

/**
 * Writes refused access, sign-ins and administration to the logger {@code tidings.audit}, as one
 * line with fields each. Nothing is written that a client chose but its user id and its request's
 * id: no token, no path, no query.
 *
 * <p>A refusal, or a sign-in, is told at once; those like it that follow are counted, and told
 * together by {@link #sweep}. Of those that differ, so many are told apart between two sweeps, of
 * one network and of all, and the rest are one number: who wants to fill the disk, or to hide
 * others, has to be patient. Thread-safe.
 */
public final class Audit {
  private static final Logger logger = LoggerFactory.getLogger("tidings.audit");
  private static final int KINDS_MAX = 200;
  private static final int KINDS_PER_NETWORK_MAX = 16;

  /** Stands for the calls of a network of which too many kinds were told. */
  private static final String SEVERAL = "several";

  private final ReentrantLock lock = new ReentrantLock();
  private Tally tally = new Tally(); // under the lock

  /** What makes two alike. */
  private record Kind(
      String what, InetAddress network, String call, int status, @Nullable String user) {}

  /** What there was since the last sweep. */
  private static final class Tally {
    final Map<Kind, Integer> more = new HashMap<>(); // than were told
    final Map<InetAddress, Integer> kinds = new HashMap<>();
    int others;

    /** Which line to write, null if it is only counted. */
    @Nullable Kind count(Kind exact) {
      Kind kind = exact;
      if (!more.containsKey(exact)
          && kinds.getOrDefault(exact.network, 0) >= KINDS_PER_NETWORK_MAX) {
        kind = new Kind(exact.what, exact.network, SEVERAL, exact.status, null);
      }
      if (more.computeIfPresent(kind, (k, times) -> times + 1) != null) {
        return null;
      }
      if (more.size() >= KINDS_MAX) {
        others++;
        return null;
      }
      more.put(kind, 0);
      kinds.merge(kind.network, 1, Integer::sum);
      return kind;
    }
  }

  /**
   * Notes that access was refused.
   *
   * @param call the method and the path's pattern, as the hub knows them
   * @param caller who it was, null if that is not known
   * @param status the answer's
   */
  public void refused(Request request, String call, @Nullable Caller caller, int status) {
    note("refused", request, call, caller, status);
  }

  /** Notes that a session was started; parameters as {@link #refused} has them. */
  public void signedIn(Request request, String call, @Nullable Caller caller, int status) {
    note("signed in", request, call, caller, status);
  }

  private void note(
      String what, Request request, String call, @Nullable Caller caller, int status) {
    InetAddress client = request.sender().client();
    String user = caller == null ? null : caller.user();
    Kind kind = new Kind(what, Sender.network(client), call, status, user);
    Kind told;
    lock.lock();
    try {
      told = tally.count(kind);
    } finally {
      lock.unlock();
    }
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
    Tally told;
    lock.lock();
    try {
      told = tally;
      tally = new Tally();
    } finally {
      lock.unlock();
    }
    told.more.forEach((kind, times) -> {
      if (times > 0) {
        line(kind, kind.network).addKeyValue("times", times).log(kind.what + " again");
      }
    });
    if (told.others > 0) {
      logger.atInfo().addKeyValue("times", told.others).log("others too");
    }
  }

  private static LoggingEventBuilder line(Kind kind, InetAddress client) {
    LoggingEventBuilder line =
        logger
            .atInfo()
            .addKeyValue("client", client.getHostAddress())
            .addKeyValue("call", kind.call)
            .addKeyValue("status", kind.status);
    return kind.user == null ? line : line.addKeyValue("user", kind.user);
  }
}
