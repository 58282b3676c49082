package tidings.http.audit;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import tidings.core.access.Caller;
import tidings.http.exchange.Request;
import tidings.http.exchange.Sender;

/**
 * Writes refused access and administration to the logger {@code tidings.audit}, as one line with
 * fields each. Nothing is written that a client chose but its user id and its request's id: no
 * token, no path, no query.
 *
 * <p>A refusal is told at once; those like it that follow are counted, and told together by {@link
 * #sweep}. Of those that differ, so many are told apart between two sweeps, and the rest are one
 * number: who wants to fill the disk has to be patient. Thread-safe.
 */
public final class Audit {
  private static final Logger logger = LoggerFactory.getLogger("tidings.audit");
  private static final int KINDS_MAX = 200;

  /** How many more there were since the last line. */
  private final Map<Kind, AtomicInteger> tallies = new ConcurrentHashMap<>();

  private final AtomicInteger others = new AtomicInteger();

  /** What makes refusals alike. */
  private record Kind(InetAddress network, String call, int status, @Nullable String user) {}

  /**
   * Notes that access was refused.
   *
   * @param call the method and the path's pattern, as the hub knows them
   * @param caller who it was, null if that is not known
   * @param status the answer's
   */
  public void refused(Request request, String call, @Nullable Caller caller, int status) {
    InetAddress client = request.sender().client();
    String user = caller == null ? null : caller.user();
    Kind kind = new Kind(Sender.network(client), call, status, user);
    AtomicInteger known = tallies.get(kind);
    if (known == null && tallies.size() < KINDS_MAX) {
      known = tallies.putIfAbsent(kind, new AtomicInteger());
      if (known == null) {
        line(kind, client).addKeyValue("request", request.id()).log("refused");
        return;
      }
    }
    (known == null ? others : known).incrementAndGet();
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

  /** Tells how many refusals came since; called every minute or so. */
  public void sweep() {
    tallies.forEach((kind, tally) -> {
      int more = tally.getAndSet(0);
      if (more == 0) {
        tallies.remove(kind, tally);
      } else {
        line(kind, kind.network).addKeyValue("times", more).log("refused again");
      }
    });
    int rest = others.getAndSet(0);
    if (rest > 0) {
      logger.atInfo().addKeyValue("times", rest).log("refused others too");
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
